import type { Field } from './fields.ts'

/**
 * Names that spreadsheets give their columns, folded, without spaces; the surest first. Written as spaced words, since
 * that is how they are read; `squeeze` takes the spaces out.
 */
export const headerWords: Record<Field, string> = {
  fileNumber: `nr teczki, numer teczki, nr akt, numer akt, nr ewidencyjny, numer ewidencyjny, nr kartoteki, numer kartoteki, nr karty,
    numer karty, sygnatura, file number, file no, case number, case no, record number, mrn, medical record number, client id,
    client number, patient id, identyfikator, nr klienta, numer klienta, nr, numer, id`,
  givenNames: `imie, imiona, pierwsze imie, drugie imie, imie i drugie imie, given name, given names, first name, first names, first,
    forename, forenames, middle name, middle, second name, name given, fname, additional name`,
  familyName: `nazwisko, nazwiska, family name, last name, last, surname, family, name family, lname`,
  fullName: `imie i nazwisko, imiona i nazwisko, imie nazwisko, full name, name, client name, patient name, osoba, klient, pacjent,
    podopieczny, mieszkaniec, client, patient, person`,
  fullNameFamilyFirst: `nazwisko i imie, nazwisko i imiona, nazwisko imie, last name first name, surname and name, surname first name`,
  preferredName: `preferowane imie, zwracac sie, imie uzywane, pseudonim, zdrobnienie, preferred name, known as, nickname, called, alias`,
  birthDate: `data urodzenia, data ur, d ur, ur, urodzony, urodzona, urodziny, birth date, date of birth, dob, birthday, born, birth`,
  deceasedOn: `data smierci, data zgonu, zgon, zmarl, zmarla, death date, date of death, dod, deceased on, deceased, died, died on, deceased date`,
  gender: `plec, gender, sex, administrative gender`,
  languages: `jezyk, jezyki, jezyk ojczysty, jezyk kontaktu, language, languages, preferred language, mother tongue, spoken language, lang`,
  interpreterNeeded: `tlumacz, potrzebny tlumacz, wymaga tlumacza, czy tlumacz, interpreter, interpreter needed, needs interpreter, interpreter required`,
  phoneMobile: `telefon komorkowy, tel komorkowy, tel kom, telefon kom, nr komorkowy, numer komorkowy, komorka, mobile, mobile phone, mobile number, cell,
    cell phone, cellphone, cell number, phone mobile`,
  phoneHome: `telefon domowy, tel domowy, tel dom, telefon stacjonarny, tel stacjonarny, stacjonarny, home phone, home number, landline,
    home telephone, phone home, home phone number, telefon prywatny`,
  phoneWork: `telefon sluzbowy, tel sluzbowy, telefon do pracy, tel do pracy, telefon praca, work phone, work number, office phone,
    business phone, work telephone, phone work`,
  phoneOther: `telefon, tel, nr tel, nr telefonu, numer telefonu, telefony, telefon kontaktowy, tel kontaktowy, phone, phones, phone number,
    telephone, telephone number, tel no, contact number, phone no, fon, inny telefon, other phone, phone value, primary phone, main phone, car phone, telefon podstawowy, telefon glowny, telefon inny`,
  email: `e mail, email, mail, adres e mail, adres email, poczta elektroniczna, adres poczty elektronicznej, email address, e mail address, e mail value, email value, email address value`,
  addressLine: `ulica i numer, ulica i nr, adres, ulica, ul, adres zamieszkania, miejsce zamieszkania, adres pobytu, address, street address,
    street, address line, address line 1, address line 2, home address, address1, address2, home street, address street, adres domowy ulica, ulica adres domowy`,
  houseNumber: `nr domu, numer domu, nr budynku, numer budynku, dom, house number, house no, building number`,
  flatNumber: `nr lokalu, numer lokalu, nr mieszkania, numer mieszkania, lokal, mieszkanie, flat, flat number, flat no, apartment, apt, unit`,
  postalCode: `kod pocztowy, kod, poczta kod, postal code, post code, postcode, zip, zip code, home postal code, address postal code, home zip, adres domowy kod pocztowy, kod pocztowy adres domowy`,
  city: `miejscowosc, miasto, city, town, locality, city town, home city, address city, adres domowy miejscowosc, miejscowosc adres domowy, adres domowy miasto`,
  region: `wojewodztwo, region, state, province, powiat, county, home state, address region, adres domowy wojewodztwo, wojewodztwo adres domowy`,
  country: `kraj, panstwo, country, country code, home country, home country region, address country, adres domowy kraj, adres domowy kraj region, kraj region adres domowy`,
  alerts: `ostrzezenia, ostrzezenie, alert, alerty, alerts, warning, warnings, zagrozenia, alergie, alergia, allergies, allergy, risk, risks`,
  notes: `uwagi, notatki, notatka, opis, komentarz, komentarze, dodatkowe informacje, notes, note, comment, comments, remarks, remark, additional information`,
}

/**
 * Columns that Ostoja knows and leaves out on purpose (GDPR 5(1)(c), data minimisation): nobody needs them to be reached.
 * Identity documents, origin, faith, marital and maiden facts, places on a map, money.
 */
export const leftOutWords = `pesel, nip, ssn, social security number, national id, drivers, drivers license, driving licence, license, passport,
  paszport, nr paszportu, numer paszportu, dowod, nr dowodu, numer dowodu, dowod osobisty, seria i numer dowodu, race, rasa, ethnicity, narodowosc,
  pochodzenie, nationality, religion, religia, wyznanie, marital, marital status, stan cywilny, maiden, maiden name, nazwisko rodowe,
  nazwisko panienskie, birthplace, birth place, place of birth, miejsce urodzenia, lat, lon, latitude, longitude, healthcare expenses,
  healthcare coverage, income, dochod, fips, prefix, suffix, tytul, title`

/** Names that may stand above the numbers of people and above the numbers of rows: what is in the column tells. */
export const rowNumberWords =
  'nr, numer, id, identyfikator, no, number, lp, l p, numer porzadkowy, nr porzadkowy, poz, pozycja, row, row number'
