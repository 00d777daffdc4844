/**
 * What a contact is to the client, as HL7 codes: FHIR R4 patient-contactrelationship (v2-0131: C, N, E, S, O), v3 RoleClass
 * (CAREGIVER) and v3 RoleCode (all others). Grouped as people look for them. RoleCode has meanings of its own for the
 * single letters, which are never meant here. Plain names: emergency-contacts:relationship.<code>.
 */
export const relationshipGroups = {
  partner: ['SPS', 'DOMPART', 'SIGOTHR', 'FMRSPS'],
  parents: ['MTH', 'FTH', 'STPPRN', 'PRNFOST', 'PRNINLAW'],
  children: ['DAUC', 'SONC', 'CHILD', 'STPCHLD', 'CHLDINLAW', 'GRNDCHILD'],
  siblings: ['SIS', 'BRO', 'SIB', 'SIBINLAW'],
  family: ['GRMTH', 'GRFTH', 'GRPRN', 'AUNT', 'UNCLE', 'NIENEPH', 'COUSN', 'FAMMEMB'],
  near: ['FRND', 'NBOR', 'ROOM'],
  care: ['GUARD', 'POWATT', 'HPOWATT', 'CAREGIVER', 'S', 'E'],
  general: ['N', 'C', 'O'],
} as const

/** The code of a relationship that has no code; its own words are then needed. */
export const otherRelationship = 'O'

export const relationshipCodes: readonly string[] = Object.values(relationshipGroups).flat()
