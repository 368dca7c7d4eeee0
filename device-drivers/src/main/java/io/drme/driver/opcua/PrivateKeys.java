package io.drme.driver.opcua;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Reads RSA keys in the forms that tools write: PKCS #8 and PKCS #1, as PEM or DER. Pure. */
final class PrivateKeys {
    private static final Pattern PEM =
            Pattern.compile(
                    "-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----(.*?)-----END \\1PRIVATE KEY-----",
                    Pattern.DOTALL);

    /** Version 0 and the algorithm rsaEncryption, as PKCS #8 begins (RFC 5208, RFC 8017). */
    private static final byte[] RSA =
            HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

    private static final int SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int OCTETS = 0x04;

    private PrivateKeys() {}

    /**
     * Reads a key.
     *
     * @throws GeneralSecurityException where there is none, or it is encrypted; says which
     */
    static PrivateKey read(byte[] file) throws GeneralSecurityException {
        var der = file;
        var text = new String(file, StandardCharsets.ISO_8859_1);
        if (text.contains("-----BEGIN")) {
            var pem = PEM.matcher(text);
            if (!pem.find()) {
                throw new GeneralSecurityException("there is no private key in it");
            }
            if (pem.group(1).startsWith("ENCRYPTED") || pem.group(2).contains("Proc-Type")) {
                throw new GeneralSecurityException(
                        "it is encrypted; decrypt it and let only the agent's user read it");
            }
            try {
                der = Base64.getMimeDecoder().decode(pem.group(2));
            } catch (IllegalArgumentException e) {
                throw new GeneralSecurityException("it is no base 64", e);
            }
        }
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(isPkcs1(der) ? wrapped(der) : der));
    }

    /** PKCS #1 has the modulus where PKCS #8 has the algorithm: an integer, not a sequence. */
    private static boolean isPkcs1(byte[] der) {
        int at = contentAt(der);
        return at > 0 && at + 3 < der.length && der[at] == INTEGER && der[at + 3] == INTEGER;
    }

    /** Where the content of the outermost sequence begins; -1 where there is none. */
    private static int contentAt(byte[] der) {
        if (der.length < 2 || der[0] != SEQUENCE) {
            return -1;
        }
        int length = der[1] & 0xFF;
        return length < 0x80 ? 2 : 2 + (length & 0x7F);
    }

    private static byte[] wrapped(byte[] pkcs1) {
        var content = new ByteArrayOutputStream();
        content.writeBytes(RSA);
        put(content, OCTETS, pkcs1);
        var whole = new ByteArrayOutputStream();
        put(whole, SEQUENCE, content.toByteArray());
        return whole.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, int tag, byte[] content) {
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else {
            // Three bytes of length hold any file that is read here.
            out.write(0x83);
            out.write(content.length >> 16);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
    }
}
