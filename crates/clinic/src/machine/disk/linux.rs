//! The disk under a folder as Linux tells of it: the mount in `/proc`, what it stands on in `/sys`.

use super::DiskEncryption;
use std::path::Path;

/// File systems that encrypt by themselves.
const ENCRYPTING: &[&str] = &["ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs"];

/// File systems that live in memory and vanish at power-off.
const IN_MEMORY: &[&str] = &["tmpfs", "ramfs"];

/// How deep stacked block devices (LVM on LUKS on RAID) are followed.
const DEPTH: usize = 8;

/// Asks `/proc/self/mountinfo` for the mount and `/sys/dev/block` for what it stands on.
pub(crate) fn encryption(folder: &Path) -> DiskEncryption {
    let Ok(mounts) = std::fs::read_to_string("/proc/self/mountinfo") else {
        return DiskEncryption::Unknown;
    };
    let Ok(folder) = folder.canonicalize() else {
        return DiskEncryption::Unknown;
    };
    match mount_of(&mounts, &folder) {
        Some(mount) if ENCRYPTING.contains(&mount.kind) || IN_MEMORY.contains(&mount.kind) => DiskEncryption::Encrypted,
        Some(mount) => device_encryption(&Path::new("/sys/dev/block").join(mount.device), DEPTH),
        None => DiskEncryption::Unknown,
    }
}

/// One line of mountinfo, as far as it matters.
#[derive(PartialEq, Eq, Debug)]
struct Mount<'a> {
    /// `major:minor`.
    device: &'a str,
    /// The file system's type.
    kind: &'a str,
}

/// The mount with the longest mount point above the folder (proc(5): field 3 is the device, field 5 the mount point, and
/// the type is the first field after the lone dash).
fn mount_of<'a>(mounts: &'a str, folder: &Path) -> Option<Mount<'a>> {
    let mut best: Option<(usize, Mount<'a>)> = None;
    for line in mounts.lines() {
        let Some((left, right)) = line.split_once(" - ") else {
            continue;
        };
        let fields: Vec<_> = left.split(' ').collect();
        let (Some(device), Some(point)) = (fields.get(2), fields.get(4)) else {
            continue;
        };
        let Some(kind) = right.split(' ').next() else { continue };
        let point = unescape(point);
        let longer = best.as_ref().is_none_or(|(length, _)| point.len() >= *length);
        if longer && folder.starts_with(&point) {
            best = Some((point.len(), Mount { device, kind }));
        }
    }
    best.map(|(_, mount)| mount)
}

/// mountinfo writes space, tab, newline and backslash in octal.
fn unescape(point: &str) -> String {
    point
        .replace("\\040", " ")
        .replace("\\011", "\t")
        .replace("\\012", "\n")
        .replace("\\134", "\\")
}

/// Looks for dm-crypt (its device-mapper uuid starts with `CRYPT-`) at a block device and at all that it stands on.
fn device_encryption(device: &Path, depth: usize) -> DiskEncryption {
    if depth == 0 || !device.exists() {
        return DiskEncryption::Unknown;
    }
    let uuid = std::fs::read_to_string(device.join("dm").join("uuid")).unwrap_or_default();
    if uuid.starts_with("CRYPT-") {
        return DiskEncryption::Encrypted;
    }
    let below: Vec<_> = std::fs::read_dir(device.join("slaves"))
        .map(|entries| {
            entries
                .filter_map(Result::ok)
                .map(|entry| device_encryption(&entry.path(), depth - 1))
                .collect()
        })
        .unwrap_or_default();
    // Every device below must be encrypted, or something of the vault may lie on a plain one.
    match below.as_slice() {
        [] => DiskEncryption::Plain,
        all if all.iter().all(|one| *one == DiskEncryption::Encrypted) => DiskEncryption::Encrypted,
        all if all.contains(&DiskEncryption::Plain) => DiskEncryption::Plain,
        _ => DiskEncryption::Unknown,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use std::fs;

    const MOUNTS: &str = "\
22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/mapper/root rw
30 22 0:26 / /home/ada\\040b rw shared:5 master:1 - ecryptfs /home/.ada rw
31 22 8:1 / /home rw - xfs /dev/sda1 rw
broken line
";

    #[test]
    fn finds_the_mount_above_a_folder() {
        let of = |folder| mount_of(MOUNTS, Path::new(folder));
        assert_eq!(
            of("/var/x"),
            Some(Mount {
                device: "254:1",
                kind: "ext4"
            })
        );
        assert_eq!(
            of("/home/bob"),
            Some(Mount {
                device: "8:1",
                kind: "xfs"
            })
        );
        assert_eq!(
            of("/homestead"),
            Some(Mount {
                device: "254:1",
                kind: "ext4"
            })
        );
        assert_eq!(
            of("/home/ada b/wardkeep"),
            Some(Mount {
                device: "0:26",
                kind: "ecryptfs"
            })
        );
        assert_eq!(mount_of("", Path::new("/")), None);
    }

    #[test]
    fn follows_stacked_devices() {
        let dir = tempfile::tempdir().unwrap();
        let device = |name: &str, uuid: &str, slaves: &[&str]| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.join("dm")).unwrap();
            fs::create_dir_all(path.join("slaves")).unwrap();
            fs::write(path.join("dm/uuid"), uuid).unwrap();
            for slave in slaves {
                std::os::unix::fs::symlink(dir.path().join(slave), path.join("slaves").join(slave)).unwrap();
            }
            path
        };
        let disk = device("sda", "", &[]);
        let luks = device("dm-0", "CRYPT-LUKS2-aa-x", &["sda"]);
        let volume = device("dm-1", "LVM-aa", &["dm-0"]);
        let mixed = device("dm-2", "LVM-bb", &["dm-0", "sda"]);
        assert_eq!(device_encryption(&disk, DEPTH), DiskEncryption::Plain);
        assert_eq!(device_encryption(&luks, DEPTH), DiskEncryption::Encrypted);
        assert_eq!(device_encryption(&volume, DEPTH), DiskEncryption::Encrypted);
        assert_eq!(device_encryption(&mixed, DEPTH), DiskEncryption::Plain);
        assert_eq!(
            device_encryption(&dir.path().join("none"), DEPTH),
            DiskEncryption::Unknown
        );
    }
}
