//! A second laptop joins.

use super::*;

#[test]
fn a_second_laptop_joins_and_both_converge() {
    let cloud = Cloud::new();
    let (_ada_laptop, ada, _) = attached(&cloud);
    register(&ada, "Okafor", "Ada", "1980-02-03");
    in_step(&ada);
    let (_bo_laptop, bo, _) = joined(&cloud, &ada, 2, "Bo Clinician", &["clinician"]);
    assert_eq!(families(&bo, "oka"), ["Okafor"]);
    register(&bo, "Nwosu", "Chi", "1990-01-01");
    in_step(&bo);
    in_step(&ada);
    assert_eq!(families(&ada, "nwo"), ["Nwosu"]);
    assert_eq!(ask(&ada, "clinic_words"), ask(&bo, "clinic_words"));
    let devices = ask(&ada, "device_list");
    assert_eq!(devices.as_array().unwrap().len(), 2);
    assert_eq!(devices[1]["name"], "Laptop 2");
    assert_eq!(devices[1]["users"][0]["name"], "Bo Clinician");
}
