/** Signing in by a code on any device. */
export const deviceWords = {
  device: {
    title: "Code",
    waitingText: "Open the page in any browser, where the right account is signed in, and allow it there.",
    compare: "The page shows this code. Go on only if it is the same.",
    open: "Open the page",
    copyLink: "Copy link",
    copied: "The link was copied.",
    anywhere:
      "It may be open on another device, or in another browser's profile. This page notices by itself.",
    wayLegend: "How to sign in",
    device: "With a code, in any browser",
    deviceText: "Works with every kind of registration. A code is shown here, and compared there.",
    window: "In a window of Tokenkeep",
    windowText: "The provider's page opens here, separate from your browser.",
    start: "Get a code",
  },
} as const;
