//! New laptops that begin with a snapshot, what it takes to believe one, and what happens when the server lets go too early.

use super::*;
use wardkeep_record::op::Compartment;

/// Both compartments' digests: what two laptops must agree in.
fn digests(clinic: &Clinic) -> Vec<String> {
    let of = |at| clinic.with_session(|session| session.read(|view| Ok(format!("{:?}", view.digest(at)?))));
    [Compartment::Office, Compartment::Clinical]
        .map(|at| of(at).unwrap())
        .into()
}

/// How many ops of others lie in this laptop's log of the office.
fn ops(clinic: &Clinic) -> u64 {
    let heads = clinic.with_session(|session| session.read(|view| Ok(view.op_heads(Compartment::Office)?)));
    heads.unwrap().iter().map(|head| head.seq).sum()
}

fn problems(clinic: &Clinic) -> Vec<String> {
    let problems = ask(clinic, "sync_status")["problems"].clone();
    let kind = |problem: &Value| problem["kind"].as_str().unwrap().to_owned();
    problems.as_array().unwrap().iter().map(kind).collect()
}

fn fill(clinic: &Clinic, count: usize) {
    for n in 0..count {
        register(clinic, &format!("Family{n}"), "Given", "1980-02-03");
    }
}

/// Ada's laptop and Bo's, with some patients, in step.
fn two(cloud: &Cloud) -> ((Laptop, Clinic, UserId), (Laptop, Clinic, UserId)) {
    let ada = attached(cloud);
    fill(&ada.1, 8);
    in_step(&ada.1);
    let bo = joined(cloud, &ada.1, 2, "Bo Clinician", &["clinician"]);
    in_step(&ada.1);
    (ada, bo)
}

#[test]
fn a_third_laptop_begins_with_what_two_have_signed() {
    let cloud = Cloud::new();
    let ((_a, ada, _), (_b, bo, _)) = two(&cloud);
    let made = ask(&ada, "sync_snapshot");
    assert_eq!(made["snapshots"][0]["trust"], "unconfirmed", "{made}");
    in_step(&bo);
    in_step(&ada);
    let status = ask(&ada, "sync_status");
    assert_eq!(status["snapshots"][0]["trust"], "confirmed", "{status}");
    assert_eq!(status["snapshots"][0]["by"], "Front office");
    register(&bo, "Tail", "Behind", "1990-01-01");
    in_step(&bo);
    let (_c, cy, _) = joined(&cloud, &ada, 3, "Cy Clinician", &["clinician"]);
    in_step(&ada);
    assert_eq!(families(&cy, "family").len(), 8);
    assert_eq!(families(&cy, "tail"), ["Tail"]);
    assert_eq!(digests(&cy), digests(&ada));
    assert!(ops(&cy) < ops(&ada), "it did not apply every op since the founding");
    assert_eq!(problems(&cy), [""; 0]);
    // It goes on as any other.
    register(&cy, "Later", "Work", "1991-01-01");
    for clinic in [&cy, &ada, &bo] {
        in_step(clinic);
    }
    assert_eq!(families(&ada, "later"), ["Later"]);
    in_step(&cy);
    assert_eq!(digests(&cy), digests(&bo));
    assert_eq!(ask(&ada, "clinic_words"), ask(&cy, "clinic_words"));
}

#[test]
fn one_signature_is_not_enough_where_two_could_sign() {
    let cloud = Cloud::new();
    let ((_a, ada, _), (_b, _bo, _)) = two(&cloud);
    ask(&ada, "sync_snapshot");
    let (_c, cy, _) = joined(&cloud, &ada, 3, "Cy Clinician", &["clinician"]);
    assert_eq!(families(&cy, "family").len(), 8, "every op was applied instead");
    assert_eq!(ops(&cy), ops(&ada));
}

#[test]
fn the_second_laptop_of_a_clinic_is_told_that_nobody_could_notice() {
    let cloud = Cloud::new();
    let (_a, ada, _) = attached(&cloud);
    fill(&ada, 3);
    let made = ask(&ada, "sync_snapshot");
    assert_eq!(made["snapshots"][0]["trust"], "alone");
    let (_b, bo, _) = joined(&cloud, &ada, 2, "Bo", &["front_desk"]);
    assert_eq!(families(&bo, "family").len(), 3);
    let status = ask(&bo, "sync_status");
    assert_eq!(status["snapshots"][0]["trust"], "alone", "{status}");
    assert_eq!(status["snapshots"].as_array().unwrap().len(), 1, "the office alone");
}

#[test]
fn a_chunk_that_was_changed_is_said_and_every_op_applied_instead() {
    let cloud = Cloud::new();
    let ((_a, ada, _), (_b, bo, _)) = two(&cloud);
    ask(&ada, "sync_snapshot");
    in_step(&bo);
    cloud.change_chunks();
    let (_c, cy, _) = joined(&cloud, &ada, 3, "Cy Clinician", &["clinician"]);
    assert!(
        problems(&cy).contains(&"snapshot_refused".to_owned()),
        "{:?}",
        problems(&cy)
    );
    assert_eq!(families(&cy, "family").len(), 8);
    assert_eq!(digests(&cy), digests(&ada));
}

#[test]
fn segments_that_went_too_early_are_missed_loudly_and_nothing_of_ones_own_is_lost() {
    let cloud = Cloud::new();
    let ((_a, ada, _), (_b, bo, _)) = two(&cloud);
    let (_c, cy, _) = joined(&cloud, &ada, 3, "Cy Clinician", &["clinician"]);
    for clinic in [&ada, &bo] {
        in_step(clinic);
    }
    // Cy is away and works; the others go on, and the server lets go of what Cy lacks.
    register(&cy, "Away", "Work", "1970-01-01");
    fill(&ada, 4);
    in_step(&ada);
    in_step(&bo);
    ask(&ada, "sync_snapshot");
    in_step(&bo);
    cloud.drop_early();
    register(&bo, "Tail", "Behind", "1990-01-01");
    in_step(&bo);
    in_step(&cy);
    assert!(
        problems(&cy).contains(&"segments_dropped".to_owned()),
        "{:?}",
        problems(&cy)
    );
    assert_eq!(families(&cy, "family").len(), 12);
    assert_eq!(families(&cy, "away"), ["Away"]);
    assert_eq!(families(&cy, "tail"), ["Tail"]);
    for clinic in [&ada, &bo, &cy] {
        in_step(clinic);
    }
    assert_eq!(families(&ada, "away"), ["Away"]);
    assert_eq!(digests(&cy), digests(&ada));
    assert_eq!(digests(&bo), digests(&ada));
}

#[test]
fn a_server_that_was_emptied_is_filled_again_by_those_who_hold_everything() {
    let cloud = Cloud::new();
    let ((_a, ada, _), (_b, bo, _)) = two(&cloud);
    ask(&ada, "sync_snapshot");
    in_step(&bo);
    let (_c, cy, _) = joined(&cloud, &ada, 3, "Cy Clinician", &["clinician"]);
    in_step(&ada);
    cloud.restart_empty();
    attach(&ada, &cloud).unwrap();
    for clinic in [&ada, &cy, &bo, &ada] {
        let _ = clinic.sync_round();
        let _ = clinic.sync_round();
    }
    in_step(&cy);
    register(&cy, "After", "Loss", "1990-01-01");
    in_step(&cy);
    in_step(&ada);
    assert_eq!(families(&ada, "after"), ["After"]);
    assert_eq!(digests(&cy), digests(&ada));
}
