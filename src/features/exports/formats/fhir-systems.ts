/** Where the words of the FHIR export come from: HL7's own systems, and names of ours for what HL7 has no word for. */
export const systems = {
  roleCode: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode',
  roleClass: 'http://terminology.hl7.org/CodeSystem/v3-RoleClass',
  contactRole: 'http://terminology.hl7.org/CodeSystem/v2-0131',
  language: 'urn:ietf:bcp:47',
  flagCategory: 'http://terminology.hl7.org/CodeSystem/flag-category',
  interpreter: 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired',
  fileNumber: 'urn:ostoja:file-number',
  openingCode: 'urn:ostoja:opening-code',
  callOrder: 'urn:ostoja:call-order',
  mayBeTold: 'urn:ostoja:may-be-told',
  tellNote: 'urn:ostoja:may-be-told-note',
  confirmedOn: 'urn:ostoja:last-confirmed-on',
  hours: 'urn:ostoja:hours',
  typed: 'urn:ostoja:number-as-typed',
  hidden: 'urn:ostoja:hidden-address',
  safeToContact: 'urn:ostoja:safe-to-contact',
} as const

/** Codes of v2-0131 (patient-contactrelationship); CAREGIVER is a class of roles, all others are of v3 RoleCode. */
const contactRoles = new Set(['C', 'N', 'E', 'S', 'O'])

export const relationshipSystem = (code: string) =>
  contactRoles.has(code) ? systems.contactRole : code === 'CAREGIVER' ? systems.roleClass : systems.roleCode
