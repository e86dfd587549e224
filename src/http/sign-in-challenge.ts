/**
 * A 401 must say how to sign in (RFC 9110 §15.5.2), and browsers must not take it for a reason to ask for a password.
 */
export const signInChallenge = { "WWW-Authenticate": 'Cookie form-action="/auth/sign-in"' } as const
