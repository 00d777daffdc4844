/** A job that fails with this has failed for good: trying it again cannot help. */
export class Hopeless extends Error {}
