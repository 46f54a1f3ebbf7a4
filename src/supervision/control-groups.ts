import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of a control group that this process is in. */
export interface GroupFile {
  /** Path within its hierarchy, as systemd-cgls shows it. */
  group: string;
  file: string;
  value: number;
}

/** Name of a controller's file by the version of the hierarchy that it is in. */
export interface GroupFileNames {
  controller: string;
  v1?: string;
  v2: string;
}

/** `36 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory`: root, mount point, type, options. */
const MOUNT = /^\S+ \S+ \S+ (\S+) (\S+) .* - (cgroup2?) \S+ (\S+)$/gm;
/** `4:memory:/system.slice`, and with version 2 `0::/system.slice`. */
const MEMBER = /^\d+:([^:]*):(.*)$/gm;

/**
 * Returns what a file says in each control group that this process is in, the innermost first. A group without the file,
 * or with `max` in it, sets no limit and is left out; so is everything on a machine without control groups.
 */
export function groupFiles({ controller, v1, v2 }: GroupFileNames, root: string): GroupFile[] {
  const members = [...textOf(join(root, '/proc/self/cgroup')).matchAll(MEMBER)];
  const mounts = [...textOf(join(root, '/proc/self/mountinfo')).matchAll(MOUNT)];
  return mounts.flatMap(([, within = '/', at = '', type, options = '']) => {
    const isNew = type === 'cgroup2';
    const file = isNew ? v2 : v1;
    if (file === undefined || !(isNew || options.split(',').includes(controller))) return [];
    const own = members.find(([, names = '']) => (isNew ? names === '' : names.split(',').includes(controller)));
    if (own === undefined) return [];
    return upwards(below(own[2] ?? '/', within)).flatMap((group) => {
      const text = textOf(join(root, at, group, file)).trim();
      return /^\d+$/.test(text) ? [{ group, file, value: Number(text) }] : [];
    });
  });
}

/** A container sees its own group as the root of what is mounted. */
function below(group: string, within: string): string {
  if (within === '/' || !`${group}/`.startsWith(`${within}/`)) return group;
  return group.slice(within.length) || '/';
}

function upwards(group: string): string[] {
  return group === '/' ? ['/'] : [group, ...upwards(dirname(group))];
}

/** What a file of the kernel holds; empty where there is none. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
