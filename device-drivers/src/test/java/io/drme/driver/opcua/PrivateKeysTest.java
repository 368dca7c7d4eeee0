package io.drme.driver.opcua;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.eclipse.milo.opcua.stack.core.util.SelfSignedCertificateGenerator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrivateKeysTest {
    private static KeyPair keys;

    @BeforeAll
    static void make() throws Exception {
        keys = SelfSignedCertificateGenerator.generateRsaKeyPair(2048);
    }

    // openssl writes the one or the other, by its version and subcommand.
    @Test
    void bothFormsAreReadAsPemAndAsDer() throws Exception {
        var pkcs8 = keys.getPrivate().getEncoded();
        var pkcs1 =
                PrivateKeyInfo.getInstance(pkcs8).parsePrivateKey().toASN1Primitive().getEncoded();
        for (var file :
                List.of(
                        pkcs8,
                        pkcs1,
                        UserKeys.pem("PRIVATE KEY", pkcs8).getBytes(US_ASCII),
                        UserKeys.pem("RSA PRIVATE KEY", pkcs1).getBytes(US_ASCII),
                        ("Bag Attributes\n" + UserKeys.pem("PRIVATE KEY", pkcs8))
                                .getBytes(US_ASCII))) {
            assertThat(PrivateKeys.read(file)).isEqualTo(keys.getPrivate());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-----BEGIN ENCRYPTED PRIVATE KEY-----~AAAA~-----END ENCRYPTED PRIVATE KEY----- | it is encrypted",
                "-----BEGIN RSA PRIVATE KEY-----~Proc-Type: 4,ENCRYPTED~DEK-Info: AES-256-CBC,00~~AAAA~-----END RSA PRIVATE KEY----- | it is encrypted",
                "-----BEGIN CERTIFICATE-----~AAAA~-----END CERTIFICATE----- | there is no private key",
                "-----BEGIN PRIVATE KEY-----~A~-----END PRIVATE KEY----- | it is no base 64",
            })
    void whatIsNoKeySaysWhatItIs(String file, String expected) {
        assertThatThrownBy(() -> PrivateKeys.read(file.replace('~', '\n').getBytes(US_ASCII)))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining(expected);
    }

    // Whatever stands in the file, it ends in one kind of exception.
    @Test
    void bytesThatAreNoKeyAreRefused() {
        for (var bytes :
                List.of(new byte[0], new byte[] {0x30}, new byte[] {0x30, 1, 2, 3, 4, 5})) {
            assertThatThrownBy(() -> PrivateKeys.read(bytes))
                    .isInstanceOf(GeneralSecurityException.class);
        }
    }
}
