/** Choices of the guide that are no ID of an app. */
export const SANDBOX = "sandbox";
export const ANOTHER = "another";
