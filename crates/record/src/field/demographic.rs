//! Element numbers of the patient. Append only: a number is never changed or given again.

use super::element_table;

element_table! {
    /// Patient.
    patient
    IDENTIFIER = 16 "identifier" Items;
    ACTIVE = 17 "active" One;
    NAME = 18 "name" Items;
    TELECOM = 19 "telecom" Items;
    GENDER = 20 "gender" One;
    BIRTH_DATE = 21 "birthDate" One;
    DECEASED = 22 "deceased[x]" Choice(&["deceasedBoolean", "deceasedDateTime"]);
    ADDRESS = 23 "address" Items;
    MARITAL_STATUS = 24 "maritalStatus" One;
    MULTIPLE_BIRTH = 25 "multipleBirth[x]" Choice(&["multipleBirthBoolean", "multipleBirthInteger"]);
    PHOTO = 26 "photo" One;
    CONTACT = 27 "contact" Items;
    COMMUNICATION = 28 "communication" Items;
    GENERAL_PRACTITIONER = 29 "generalPractitioner" One;
    MANAGING_ORGANIZATION = 30 "managingOrganization" One;
    LINK = 31 "link" One;
    BIRTH_SEX = 128 "extension:birthsex" Extension("http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex");
    GENDER_IDENTITY = 129 "extension:genderIdentity" Extension("http://hl7.org/fhir/StructureDefinition/patient-genderIdentity");
    PRONOUNS = 130 "extension:pronouns" Extension("http://hl7.org/fhir/StructureDefinition/individual-pronouns");
    FRONT_DESK_NOTE = 131 "extension:frontDeskNote" Extension("https://wardkeep.example/fhir/StructureDefinition/front-desk-note");
    RESTRICTION = 132 "extension:restriction" Extension("https://wardkeep.example/fhir/StructureDefinition/restriction");
}
