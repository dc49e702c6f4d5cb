import type { ChatAbout, ChatSide } from '../../api/types';

/**
 * A conversation with the box to write in, for both sides: own bubbles stand right. It fills what its parent, a column,
 * leaves; the slot `end` comes after the last bubble, `bar` stands instead of the box when nothing may be written.
 *
 * Fires `conversation` (the Conversation, at each change), `sending` {byTap} before a text goes (synchronously in the
 * tap, so that consent may be asked for), `sent` (ChatSent) when it is stored, `failed` (Failure) when it cannot be
 * shown at all, `touched` at each scroll or key. `write(text)` puts a text into the box, `focus()` the cursor.
 */
Component({
  properties: {
    /** Empty: a reader's open conversation, or a new one with the first text. */
    conversationId: { type: String, value: '' },
    side: { type: String, value: 'reader' as ChatSide },
    /** Goes along with the first text. */
    about: { type: Object, value: null as unknown as ChatAbout },
    canWrite: { type: Boolean, value: true },
    placeholder: { type: String, value: '' },
    /** The last number that somebody else told of (a desk line's): when it is ahead, what is missing is fetched. */
    seq: { type: Number, value: 0 },
  },
});
