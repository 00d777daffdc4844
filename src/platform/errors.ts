/** No such record, or one of another tenant: the reader gets the same 404 for both. */
export class NotFound extends Error {}

/** The wish is well-formed but the state of things refuses it; `messageKey` says why in the reader's language (409). */
export class Conflict extends Error {
  readonly messageKey: string
  constructor(messageKey: string) {
    super(messageKey)
    this.messageKey = messageKey
  }
}

/** So much waits for the same scarce thing already that one more is not let in; `seconds` says when to come again. */
export class TooBusy extends Error {
  readonly seconds: number
  constructor(seconds: number) {
    super('too busy')
    this.seconds = seconds
  }
}

/** What was asked for has ended the session; the next page is the one for signing in, and says why. */
export class SessionOver extends Error {}

/** A fault an operator can mend: one sentence that says what is wrong and how. Shown without a stack trace. */
export class OperatorFault extends Error {}
