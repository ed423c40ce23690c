/** Everything that is refused. The code is stable, the words are not; both are for your log, not for who sent the presentation. */
export class TacitError extends Error {
  constructor(code, message) {
    super(message);
    this.name = 'TacitError';
    this.code = code;
  }

  /** The one answer for the sender, whatever the cause. */
  get refusal() {
    return 'the presentation was not accepted';
  }
}
