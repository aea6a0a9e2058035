"""Let one other user reach a folder, and nobody else: POSIX access lists on the folders above it."""

import errno
import os
import struct
from pathlib import Path

_XATTR = "system.posix_acl_access"
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_TRAVERSE = 0o1
Entries = dict[tuple[int, int], int]
"""(tag, id) -> rwx bits, as linux/posix_acl_xattr.h lays them out."""


def let_reach(folder: Path, uid: int, contents: bool = False) -> None:
    """Let `uid` walk through every parent of `folder`; with `contents` let everyone read what lies in it.

    Parents get one entry (`user:uid:--x`) in their access list. Where the file system has none, they become
    traversable, never readable, for others.
    """
    for parent in folder.resolve().parents:
        if not _traverses(parent, uid):
            _grant(parent, uid)
    if contents and not _is_open(folder):
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode | (0o5 if path.is_dir() or path.stat().st_mode & 0o100 else 0o4))


def _is_open(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o4 for path in (folder, *folder.glob("*"), *folder.glob("bin/*")))


def _traverses(folder: Path, uid: int) -> bool:
    status = folder.stat()
    if status.st_uid == uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & 0o001)


def _grant(folder: Path, uid: int) -> None:
    try:
        entries = _entries(folder)
        entries[_USER, uid] = entries.get((_USER, uid), 0) | _TRAVERSE
        entries[_MASK, _NO_ID] = entries.get((_MASK, _NO_ID), entries[_GROUP_OBJ, _NO_ID]) | _TRAVERSE
        os.setxattr(folder, _XATTR, _packed(entries))
    except OSError as error:
        if error.errno not in (errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL):
            raise
        folder.chmod(folder.stat().st_mode | _TRAVERSE)


def _entries(folder: Path) -> Entries:
    """The folder's access list; where it has none, the one its mode stands for."""
    try:
        raw = os.getxattr(folder, _XATTR)
    except OSError as error:
        if error.errno != errno.ENODATA:
            raise
        mode = folder.stat().st_mode
        owner, group, others = mode >> 6 & 7, mode >> 3 & 7, mode & 7
        return {(_USER_OBJ, _NO_ID): owner, (_GROUP_OBJ, _NO_ID): group, (_OTHER, _NO_ID): others}
    return {(tag, uid): bits for tag, bits, uid in struct.iter_unpack("<HHI", raw[4:])}


def _packed(entries: Entries) -> bytes:
    rows = (struct.pack("<HHI", tag, bits, uid) for (tag, uid), bits in sorted(entries.items()))
    return struct.pack("<I", 2) + b"".join(rows)
