/** What the pages, the service worker and the manifest must say alike. */

/** Where other apps' files are posted to. */
export const SHARE_TARGET_PATH = "/share-target";
/** The form field that they are in. */
export const SHARED_FILES_FIELD = "files";
/** Where they wait until a page takes them. */
export const INCOMING_CACHE = "lectern-incoming";
/** A page's word to a new version that waits. */
export const TAKE_OVER = "lectern take over";
