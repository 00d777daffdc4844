const typed: Readonly<Record<string, readonly string[]>> = {
  '1983': [
    ...['1983', '1983 r.', '1983r.', '1983 rok', 'rok 1983', 'ur. 1983', 'ur. w 1983', 'ur. w roku 1983', 'ok. 1983'],
    ...['około 1983', 'c. 1983', 'ca 1983', 'born 1983', 'born in 1983', 'b. 1983', 'about 1983', '~1983', '(1983)'],
    ...['*1983', 'rocznik 1983', '1983 р.', 'kalina 1983', 'kalina, 1983', 'kalina (1983)', 'kalina ur. 1983'],
  ],
  '1983-11': [
    ...['11.1983', '1983-11', '11/1983', '1983/11', '11-1983', '1983.11', '11 1983', 'XI 1983', 'XI.1983', 'xi/1983'],
    ...['listopad 1983', 'listopada 1983 r.', 'w listopadzie 1983', '1983 listopad', 'November 1983', 'Nov 1983'],
    ...['nov. 1983', 'Nov, 1983', '1983 Nov', 'November of 1983', 'ok. 11.1983', 'ur. XI 1983', 'kalina nov 1983'],
    ...['листопад 1983', 'kalina 11.1983'],
  ],
  '1983-11-14': [
    ...['1983-11-14', '14.11.1983', '14/11/1983', '14 11 1983', '14 listopada 1983 r.', '14 Nov 1983', '14.XI.1983'],
    ...['November 14, 1983', 'ur. 14.11.1983', 'ur. 14 listopada 1983', 'kalina ur. 14.11.1983', 'born 14 Nov 1983'],
  ],
}

/** Dates as people type them into a search, and what is meant. */
export const typedDates = Object.entries(typed).flatMap(([date, ways]) =>
  ways.map((way): [string, string] => [way, date]),
)

/** How birth dates are recorded, wholly or in part: the one that is meant, or another. */
export const recordedDates = ['1983', '1983-11', '1983-11-14', '1984-11-14', '1983-10', '1893-11-14'] as const
