/**
 * Whether methods of the guest's may be asked how a value shows itself: `toJSON`, `inspect.custom`,
 * `Jupyter.display`. They may loop; a second try goes without them.
 */
export let guestCodeAllowed = true;

export function withoutGuestCode<T>(work: () => T): T {
  guestCodeAllowed = false;
  try {
    return work();
  } finally {
    guestCodeAllowed = true;
  }
}
