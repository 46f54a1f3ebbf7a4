#!/bin/sh
# PID 1 of the guest: makes a writable root, an overlay of tmpfs over the host's root, and goes on inside it.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc

argument() {
  tr ' ' '\n' </proc/cmdline | sed -n "s|^$1=||p" | head -n 1
}
here=$(argument bench_here)
out=$(argument bench_out)

mount -t tmpfs -o size=80% tmpfs /mnt
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/root
mount -t hostfs -o / none /mnt/lower
root=/mnt/root
mount -t overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work overlay $root || exit 1

mount -t proc proc $root/proc
mount -t sysfs sysfs $root/sys
mount -t configfs configfs $root/sys/kernel/config
mount -t debugfs debugfs $root/sys/kernel/debug
mount -t devtmpfs devtmpfs $root/dev
mkdir -p $root/dev/pts $root/dev/shm $root/out
mount -t devpts devpts $root/dev/pts
mount -t tmpfs tmpfs $root/dev/shm
mount -t tmpfs tmpfs $root/run
mount -t hostfs -o "$out" none $root/out

# pivot_root and not chroot alone: the kernel gives no user namespaces to a process in a chroot.
cd $root && pivot_root . mnt
exec chroot . /bin/sh -c 'umount -l /mnt; exec /bin/sh "$0" "$@"' "$here/guest/command.sh" "$here"
