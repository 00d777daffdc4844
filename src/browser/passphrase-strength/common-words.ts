/** What people type first when a passphrase is asked of them, in Polish and in English; an estimator without it calls them good. */
export const commonWords = (
  'password haslo hasło passphrase qwerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm azerty 123456 12345678 123456789 qwerty123 ' +
  'admin administrator welcome witaj witam letmein login polska polska1 poland warszawa krakow kraków gdansk gdańsk wroclaw wrocław ' +
  'poznan poznań lodz łódź ostoja schronisko shelter refuge dom opieka care clinic klinika kontakt contact awaryjny emergency eksport ' +
  'export bezpieczny bezpieczenstwo bezpieczeństwo safe secure security secret tajne tajny sekret kocham kochanie iloveyou misiek ' +
  'misiu kotek piesek dragon monkey master sunshine princess football baseball superman batman matrix lol123 abc123 test test123 ' +
  'mateusz bartek agnieszka monika karolina kasia marcin michal michał piotr pawel paweł tomek ania anna zosia jan janek wiosna lato ' +
  'jesien jesień zima spring summer autumn winter styczen styczeń luty marzec kwiecien kwiecień maj czerwiec lipiec sierpien sierpień ' +
  'wrzesien wrzesień pazdziernik październik listopad grudzien grudzień january february march april june july august september october ' +
  'november december monday friday poniedzialek poniedziałek piatek piątek correct horse battery staple'
).split(' ')
