/** What an open conversation is drawn with. The list does not wait for it. */
import "./chat.js";
import "./detail.js";
