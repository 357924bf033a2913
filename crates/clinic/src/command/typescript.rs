//! The TypeScript that the window is compiled against, generated from the command table.

use super::Command;
use super::table::with_commands;
use crate::{
    allergy, audit, chart, conflict, device, document, enrollment, export, glass, import, incident, machine, note,
    patient, policy, quarantine, recovery, restriction, rotation, session, setting, sync, user,
};
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use ts_rs::{Config, TS, TypeVisitor};

/// First lines of the generated file.
const HEADER: &str = "// Generated from the command table of crates/clinic. Do not edit: change the Rust types, then run\n\
                      // UPDATE_GENERATED=1 cargo test -p wardkeep-clinic typescript\n\n";

/// Collects the declarations of all types that the commands mention.
struct Declarations<'a> {
    config: &'a Config,
    seen: HashSet<TypeId>,
    by_name: BTreeMap<String, Vec<String>>,
}

impl TypeVisitor for Declarations<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        if T::output_path().is_some() {
            let mut text = T::docs().unwrap_or_default();
            let _ = write!(text, "export {}", T::decl(self.config));
            let entry = self.by_name.entry(T::ident(self.config)).or_default();
            if !entry.contains(&text) {
                entry.push(text);
            }
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The declarations by name; two texts under one name are a fault that the test finds.
fn declarations(config: &Config) -> (BTreeMap<String, Vec<String>>, String) {
    let mut types = Declarations {
        config,
        seen: HashSet::new(),
        by_name: BTreeMap::new(),
    };
    types.visit::<crate::error::CommandError>();
    let mut commands = String::new();
    macro_rules! each {
        ($($name:ident => $module:ident :: $verb:ident),* $(,)?) => {$(
            add::<$module::$verb::Input>(stringify!($name), &mut types, &mut commands);
        )*};
    }
    with_commands!(each);
    (types.by_name, commands)
}

/// Adds one command's line and the types that it mentions.
fn add<C: Command>(name: &str, types: &mut Declarations<'_>, commands: &mut String) {
    C::visit_dependencies(types);
    types.visit::<C::Output>();
    let input = C::inline(types.config);
    let output = <C::Output as TS>::name(types.config);
    let _ = writeln!(commands, "  {name}: {{ input: {input}; output: {output} }};");
}

/// Puts one-line comments on one line and takes trailing space away: the file is read by people too.
fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = text.lines().map(str::trim_end).peekable();
    while let Some(line) = lines.next() {
        let comment = line
            .strip_suffix("/**")
            .zip(lines.peek().and_then(|next| next.trim_start().strip_prefix("* ")));
        let Some((before, words)) = comment.map(|(before, words)| (before.to_owned(), words.to_owned())) else {
            out.push_str(line);
            out.push('\n');
            continue;
        };
        let _ = lines.next();
        if lines.peek().is_some_and(|end| end.trim_start() == "*/") {
            let _ = lines.next();
            let _ = writeln!(out, "{before}/** {words} */");
        } else {
            let _ = writeln!(out, "{before}/**\n * {words}");
        }
    }
    out
}

/// The whole generated file.
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let (types, commands) = declarations(&config);
    let mut text = HEADER.to_owned();
    for declaration in types.into_values().flatten() {
        text.push_str(&declaration);
        text.push_str("\n\n");
    }
    let commands = compact(&commands);
    let mut text = compact(&text);
    let _ = write!(
        text,
        "/** Every command: its input and its output. */\nexport interface Commands {{\n{commands}}}\n"
    );
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

    use super::*;
    use std::path::Path;

    #[test]
    fn one_declaration_a_name() {
        let (types, _) = declarations(&Config::new());
        for (name, texts) in types {
            assert_eq!(texts.len(), 1, "{name} stands for different types: {texts:#?}");
        }
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "a test is where this program begins")]
    fn the_committed_typescript_is_this_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/bridge/generated.ts");
        let fresh = typescript();
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == fresh,
            "ui/src/bridge/generated.ts is old: UPDATE_GENERATED=1 cargo test -p wardkeep-clinic typescript"
        );
    }
}
