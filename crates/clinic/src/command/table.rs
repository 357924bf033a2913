//! The list of commands, and what follows from it: decoding, dispatch.

use super::{Command, Need};
use crate::clinic::Clinic;
use crate::error::{CommandError, ErrorCode};
use crate::{
    allergy, audit, chart, conflict, device, document, enrollment, export, glass, import, incident, machine, note,
    patient, policy, quarantine, recovery, restriction, rotation, session, setting, sync, user,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// What is known of a command without running it.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// Its name on every surface.
    pub name: &'static str,
    /// Who may ask.
    pub need: Need,
    /// Bytes of JSON that it takes.
    pub limit: usize,
}

/// Bytes that the envelope around an input may take.
const ENVELOPE: usize = 1024;

/// Calls another macro with the whole table, so that there is exactly one.
macro_rules! with_commands {
    ($then:ident) => {
        $then! {
            app_status => session::status,
            vault_create => session::create,
            password_check => session::password_check,
            unlock => session::unlock,
            resume => session::resume,
            lock => session::lock,
            session => session::current,
            touch => session::touch,
            user_list => user::list,
            user_add => user::add,
            user_remove => user::remove,
            member_list => user::members,
            user_roles => user::roles,
            user_revoke => user::revoke,
            password_change => user::password_change,
            settings_get => setting::get,
            settings_set => setting::set,
            policy_get => policy::get,
            policy_set => policy::set,

            patient_search => patient::search,
            patient_recent => patient::recent,
            patient_open => patient::open,
            patient_duplicates => patient::duplicates,
            patient_register => patient::register,
            patient_edit => patient::edit,
            patient_remove => patient::remove,
            patient_restore => patient::restore,
            patient_photo_set => patient::photo_set,
            patient_photo_remove => patient::photo_remove,
            patient_photo => patient::photo,
            patient_history => patient::history,

            patient_restrict => restriction::set,
            patient_unrestrict => restriction::lift,
            restriction_people => restriction::people,
            glass_break => glass::open,
            glass_end => glass::end,
            glass_mine => glass::mine,
            glass_list => glass::list,
            glass_seen => glass::seen,

            chart_allergies => chart::allergies,
            chart_problems => chart::problems,
            chart_medications => chart::medications,
            chart_vitals => chart::vitals,
            chart_labs => chart::labs,
            chart_immunizations => chart::immunizations,
            chart_encounters => chart::encounters,
            chart_procedures => chart::procedures,
            chart_reports => chart::reports,
            chart_other => chart::other,
            allergy_add => allergy::add,
            allergy_remove => allergy::remove,
            allergy_restore => allergy::restore,
            allergy_none_known => allergy::none_known,
            note_list => note::list,
            note_draft_get => note::draft_get,
            note_draft_save => note::draft_save,
            note_draft_discard => note::draft_discard,
            note_finish => note::finish,

            document_add => document::add,
            document_list => document::list,
            document_show => document::show,
            document_read => document::read,
            document_save => document::save,
            document_remove => document::remove,
            document_restore => document::restore,

            import_preview => import::preview,
            import_start => import::start,
            import_progress => import::progress,
            import_cancel => import::cancel,
            export_patient => export::patient,
            sync_status => sync::status,
            sync_now => sync::now,
            sync_seen => sync::seen,
            sync_snapshot => sync::snapshot_make,
            clinic_attach => enrollment::attach,
            clinic_words => enrollment::words,
            invitation_create => enrollment::invite,
            join_requests => enrollment::requests,
            join_approve => enrollment::approve,
            join_refuse => enrollment::refuse,
            clinic_join => enrollment::join,
            join_status => enrollment::join_status,
            device_list => device::list,
            device_show => device::show,
            device_revoke => device::revoke,
            key_list => rotation::list,
            key_rotate => rotation::rotate,
            key_progress => rotation::progress,
            recovery_status => recovery::status,
            recovery_prepare => recovery::prepare,
            recovery_enroll => recovery::enroll,
            recovery_check => recovery::check,
            recovery_recover => recovery::recover,
            incident_open => incident::open,
            incident_list => incident::list,
            incident_show => incident::show,
            incident_step => incident::step,
            incident_evidence => incident::evidence,
            incident_close => incident::close,
            device_wipe => device::wipe,
            conflict_list => conflict::list,
            conflict_settle => conflict::settle,
            conflict_undo => conflict::undo,
            quarantine_list => quarantine::list,
            quarantine_show => quarantine::show,
            quarantine_accept => quarantine::accept,
            quarantine_discard => quarantine::discard,

            audit_list => audit::list,
            audit_verify => audit::verify,
            audit_trail => audit::trail,
            audit_trail_verify => audit::trail_verify,
            audit_values => audit::values,
            audit_export => audit::export,
            audit_disclosures => audit::disclosures,
            audit_viewers => audit::viewers,
            doctor => machine::doctor,
            about => machine::about,
        }
    };
}
pub(super) use with_commands;

/// Declares [`COMMANDS`], [`Request`] and the two matches over it.
macro_rules! declare {
    ($($name:ident => $module:ident :: $verb:ident),* $(,)?) => {
        /// Every command, in the table's order.
        pub const COMMANDS: &[Declared] = &[$(Declared {
            name: stringify!($name),
            need: <$module::$verb::Input as Command>::NEED,
            limit: <$module::$verb::Input as Command>::LIMIT,
        }),*];

        /// A decoded command.
        #[allow(non_camel_case_types, missing_docs, reason = "the variants are the names of the table")]
        #[derive(Debug)]
        pub enum Request {
            $($name($module::$verb::Input)),*
        }

        /// Decodes the input of the command of this name.
        fn decode_input(name: &str, input: &str) -> Result<Request, CommandError> {
            match name {
                $(stringify!($name) => decode_as::<$module::$verb::Input>(input).map(Request::$name),)*
                _ => Err(CommandError::new(ErrorCode::NotFound).at("name")),
            }
        }

        impl Request {
            /// The command's name in the table.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }

            /// Runs it and encodes the answer.
            pub fn run(self, clinic: &Clinic) -> Result<String, CommandError> {
                match self {
                    $(Self::$name(input) => encode(&clinic.call(input)?),)*
                }
            }
        }
    };
}
with_commands!(declare);

/// A command on the wire: `{"name": "...", "input": {...}}`.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    input: &'a RawValue,
}

/// Decodes `{"name": ..., "input": ...}`. Never panics, whatever the bytes; the caller wipes them if they hold a password.
pub fn decode(bytes: &[u8]) -> Result<Request, CommandError> {
    if bytes.len() > super::FILE_LIMIT + ENVELOPE {
        return Err(ErrorCode::TooLarge.into());
    }
    let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(|_| CommandError::invalid(""))?;
    decode_input(&envelope.name, envelope.input.get())
}

/// Runs the command of this name on JSON input and answers JSON. The caller wipes `input` if it holds a password.
pub fn dispatch(clinic: &Clinic, name: &str, input: &str) -> Result<String, CommandError> {
    decode_input(name, input)?.run(clinic)
}

/// Decodes one input within its limit. The error names the line's column only, never the content.
fn decode_as<C: Command>(input: &str) -> Result<C, CommandError> {
    if input.len() > C::LIMIT {
        return Err(ErrorCode::TooLarge.into());
    }
    serde_json::from_str(input).map_err(|_| CommandError::invalid("input"))
}

fn encode(output: &impl serde::Serialize) -> Result<String, CommandError> {
    serde_json::to_string(output).map_err(|_| CommandError::internal("command output"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn decodes_a_command() {
        let request = decode(br#"{"name":"patient_search","input":{"query":"an","limit":20}}"#).unwrap();
        assert!(matches!(request, Request::patient_search(input) if input.query == "an" && input.limit == 20));
    }

    #[test]
    fn refuses_what_it_cannot_read() {
        let code = |bytes: &[u8]| decode(bytes).map(|_| ()).unwrap_err().code;
        assert_eq!(code(b""), ErrorCode::Invalid);
        assert_eq!(code(b"\xff\xfe"), ErrorCode::Invalid);
        assert_eq!(code(br#"{"name":"nonesuch","input":{}}"#), ErrorCode::NotFound);
        assert_eq!(
            code(br#"{"name":"patient_search","input":{"query":7,"limit":20}}"#),
            ErrorCode::Invalid
        );
        assert_eq!(
            code(br#"{"name":"patient_search","input":{"query":"a"}}"#),
            ErrorCode::Invalid
        );
        let deep = format!(r#"{{"name":"patient_register","input":{}}}"#, "[".repeat(100_000));
        assert_eq!(code(deep.as_bytes()), ErrorCode::Invalid);
        let large = format!(r#"{{"name":"unlock","input":{{"user":"{}"}}}}"#, "a".repeat(2 << 20));
        assert_eq!(code(large.as_bytes()), ErrorCode::TooLarge);
    }

    #[test]
    fn a_password_is_not_in_the_debug_text() {
        let request =
            decode(br#"{"name":"vault_create","input":{"clinic_name":"C","user_name":"U","password":"xyzzy-plugh"}}"#);
        assert!(!format!("{request:?}").contains("xyzzy"));
    }
}
