//! A disk that fills up: a clear message, nothing acknowledged lost, work goes on once there is room.

use serde_json::Value;
use std::process::{Command, Stdio};
use wardkeep_tests::program::{command, wardkeep_arguments};
use wardkeep_tests::session::LoginSession;

/// Founds a vault on a small file system of its own, fills it, tries to write, makes room, and looks again.
/// The mount lives only inside this script's own mount namespace.
const SCRIPT: &str = r#"
set -e
mkdir -p "$VAULT" && mount -t tmpfs -o size=8m,mode=700 tmpfs "$VAULT"
wk() { "$@" 2>"$OUT/err"; }
wk "$@" init --clinic Riverside --user 'Ada Founder' > "$OUT/init"
wk "$@" patient add --family Before --given Kim > "$OUT/before"
dd if=/dev/zero of="$VAULT/ballast" bs=4096 2>/dev/null || true
set +e
n=0
while [ $n -lt 40 ]; do
  n=$((n+1))
  wk "$@" patient add --family "Filler$n" --given "$(head -c 3000 /dev/zero | tr '\0' 'x')" > "$OUT/full"
  code=$?
  if [ $code -ne 0 ]; then break; fi
done
cp "$OUT/err" "$OUT/full-error"; echo $code > "$OUT/full-code"; echo $n > "$OUT/full-round"
wk "$@" patient search before > "$OUT/while-full"; echo $? > "$OUT/while-full-code"; cp "$OUT/err" "$OUT/while-full-error"
rm "$VAULT/ballast"
set -e
wk "$@" patient add --family After --given Kim > "$OUT/after"
wk "$@" patient search before > "$OUT/search-before"
wk "$@" audit verify > "$OUT/verify"
wk "$@" patient search filler > "$OUT/search-filler"
"#;

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let session = LoginSession::start();
    let out = session.root().join("tmp");
    let mut script = Command::new("unshare");
    session.adopt(&mut script);
    // Without root the same works through a user namespace that keeps this user's own number.
    if !is_root() {
        script.args(["--user", "--map-current-user", "--keep-caps"]);
    }
    let status = script
        .args(["--mount", "sh", "-c", SCRIPT, "sh"])
        .arg(command(&session, &[]).get_program())
        .args(wardkeep_arguments(&session))
        .env("VAULT", session.vault_home())
        .env("OUT", &out)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap_or_default();
    assert!(
        status.status.success(),
        "{}\n{}\nlast error: {}",
        String::from_utf8_lossy(&status.stdout),
        String::from_utf8_lossy(&status.stderr),
        read("err")
    );
    let error: Value = serde_json::from_str(read("full-error").trim()).unwrap();
    assert_eq!(error["error"]["code"], "disk_full", "{error}");
    assert_eq!(read("full-code").trim(), "11");
    let rows: Value = serde_json::from_str(&read("search-before")).unwrap();
    assert_eq!(rows["rows"][0]["family"], "Before");
    let acknowledged: usize = read("full-round").trim().parse::<usize>().unwrap() - 1;
    let fillers: Value = serde_json::from_str(&read("search-filler")).unwrap();
    assert!(
        fillers["rows"].as_array().unwrap().len() >= acknowledged.min(20),
        "{fillers}"
    );
    let verified: Value = serde_json::from_str(&read("verify")).unwrap();
    for compartment in verified["compartments"].as_array().unwrap() {
        assert_eq!(compartment["ok"], true, "{verified}");
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0)
}
