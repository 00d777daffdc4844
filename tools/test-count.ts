import { readFileSync } from 'node:fs'

/**
 * Reads vitest's reports for bin/test.
 *   failed FIRST          the files to try a second time, one a line; none where so many failed that it is no accident
 *   count FIRST [SECOND]  "PASSED FAILED"; what passed only at the second attempt is named on standard error
 */
type File = { name: string; status: string; assertionResults: { fullName: string; status: string }[] }
type Run = { testResults: File[] }

const mostAccidents = 4

const failedFiles = ({ testResults }: Run) => testResults.filter(({ status }) => status === 'failed')
const withStatus = ({ assertionResults }: File, wanted: string) =>
  assertionResults.filter(({ status }) => status === wanted)

/** A file that did not even load has no failed test, but counts as one. */
const failuresOf = (file: File) =>
  file.status === 'failed' ? Math.max(1, withStatus(file, 'failed').length) : withStatus(file, 'failed').length

const count = (files: File[]) => ({
  passed: files.reduce((sum, file) => sum + withStatus(file, 'passed').length, 0),
  failed: files.reduce((sum, file) => sum + failuresOf(file), 0),
})

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Run

const [verb, first = '', second] = process.argv.slice(2)
const before = read(first)
if (verb === 'failed') {
  const failed = failedFiles(before)
  if (failed.length <= mostAccidents) for (const { name } of failed) console.log(name)
} else {
  const again = second ? read(second).testResults : []
  const settled = before.testResults.map(file => again.find(({ name }) => name === file.name) ?? file)
  const { passed, failed } = count(settled)
  console.log(`${passed} ${failed}`)
  for (const file of failedFiles(before)) {
    if (!again.some(({ name, status }) => name === file.name && status === 'passed')) continue
    const tests = withStatus(file, 'failed').map(({ fullName }) => fullName)
    for (const test of tests.length > 0 ? tests : ['the file as a whole'])
      console.error(`passed only at the second attempt: ${file.name}: ${test}`)
  }
}
