#!/bin/sh
# Makes node_modules/.bin/node the Node of this project's packages. npm 11 does that by itself; npm 10 and older unpack
# the packages of both processors, throw the wrong one away, and its link with it. Elsewhere than on Linux there is none.
set -eu
mkdir -p node_modules/.bin
for node in node_modules/node-linux-*/bin/node; do
  if [ -x "$node" ]; then
    ln -sf "../${node#node_modules/}" node_modules/.bin/node
  fi
done
