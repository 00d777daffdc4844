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

/** A fault an operator can mend: one sentence that says what is wrong and how. Shown without a stack trace. */
export class OperatorFault extends Error {}
