"""Archives in the cpio format "newc", which the kernel reads as its first files.

The same members give the same bytes: no times, owners or inode numbers of the host get in.
"""

import stat

_MAGIC = b"070701"
_TRAILER = b"TRAILER!!!"


def _entry(ino, name, mode, data=b"", nlink=1):
    """One member: the header of 13 hexadecimal fields, the name and the data, each padded to 4."""
    fields = (ino, mode, 0, 0, nlink, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    head = _MAGIC + b"".join(b"%08x" % field for field in fields) + name + b"\0"
    return _pad(head) + _pad(data)


def _pad(data):
    return data + b"\0" * (-len(data) % 4)


def _parents(name):
    """The folders above a name, outermost first."""
    parts = name.split(b"/")[:-1]
    return [b"/".join(parts[: i + 1]) for i in range(len(parts))]


def archive(files):
    """The bytes of an archive.

    files: {name: (mode, data)}, names as bytes without a leading slash. Folders come by themselves.
    """
    members = {folder: (stat.S_IFDIR | 0o755, b"") for name in files for folder in _parents(name)}
    for name, (mode, data) in files.items():
        members[name] = (stat.S_IFREG | mode & 0o777, data)
    out = [
        _entry(ino, name, mode, data, 2 if stat.S_ISDIR(mode) else 1)
        for ino, (name, (mode, data)) in enumerate(sorted(members.items()), 1)
    ]
    return b"".join(out) + _entry(0, _TRAILER, 0)
