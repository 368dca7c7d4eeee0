package io.drme.driver.opcua;

/** What is done to each message (Part 4, MessageSecurityMode). */
public enum SecurityMode {
    /** Sent as it is. */
    NONE,
    /** Signed: can be read on the way, but not altered. */
    SIGN,
    /** Signed and encrypted. */
    SIGN_AND_ENCRYPT
}
