package io.drme.driver.opcua;

/**
 * The security policies of OPC UA (Part 7) that a configuration may name. What it does not name is
 * never used, whatever a server offers.
 */
public enum SecurityPolicyName {
    /** No signing, no encryption. */
    NONE("None", false),
    /** RSA-OAEP, AES-256, SHA-256. */
    BASIC256SHA256("Basic256Sha256", false),
    /** RSA-OAEP, AES-128, SHA-256. */
    AES128_SHA256_RSAOAEP("Aes128_Sha256_RsaOaep", false),
    /** RSA-PSS, AES-256, SHA-256; the only one that needs the BouncyCastle provider. */
    AES256_SHA256_RSAPSS("Aes256_Sha256_RsaPss", false),
    /** Deprecated by the OPC Foundation: RSA 1.5 and SHA-1. */
    BASIC128RSA15("Basic128Rsa15", true),
    /** Deprecated by the OPC Foundation: SHA-1. */
    BASIC256("Basic256", true);

    private static final String URI_START = "http://opcfoundation.org/UA/SecurityPolicy#";

    private final String profile;
    private final boolean weak;

    SecurityPolicyName(String profile, boolean weak) {
        this.profile = profile;
        this.weak = weak;
    }

    /** The URI that stands for this policy in endpoints. */
    public String uri() {
        return URI_START + profile;
    }

    /** Whether it is broken by today's means, and used only because the file insists. */
    public boolean isWeak() {
        return weak;
    }
}
