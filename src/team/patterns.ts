/** An account id: exactly 12 digits. */
export const ACCOUNT_PATTERN = /^[0-9]{12}$/;

/** Lower case, because IAM's paths and names then never differ by case alone; it begins every IAM name of the lab. */
export const LAB_PATTERN = /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/;

/** Leaves 23 characters of an IAM user name for the key of the member. */
export const LONGEST_LAB = 40;

/** IAM's alphabet for names. A letter or digit comes first, so that no id looks like an option or hides in a listing. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9+=,.@_-]*$/;

export const DATE_PATTERN = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** GitHub: letters, digits and single hyphens inside, at most 39; the underscore is that of enterprise-managed users. */
export const LOGIN_PATTERN = /^[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9])){0,38}$/;

/** Plausible, not proven: something, one @, a domain with a dot. */
export const EMAIL_PATTERN = /^[^\s@<>"(),:;\\[\]]+@[^\s@<>"(),:;\\[\]]+\.[^\s@<>"(),:;\\[\].]{2,}$/;

/** How the drift report names what it found: its kind, then IAM names, then perhaps how bad it is, divided by `/`. */
export const FINDING_ID_PATTERN = /^[a-z]+(?:-[a-z]+)*(?:\/[A-Za-z0-9+=,.@_-]+)*$/;

/** More than any id needs: each part of one has at most 128 characters. */
export const LONGEST_FINDING_ID = 1000;

/** S3's naming rules for general purpose buckets; dots side by side and IP addresses are refused besides. */
export const BUCKET_PATTERN = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export const REGION_PATTERN = /^[a-z]{2,3}(?:-[a-z]+)+-[0-9]{1,2}$/;
