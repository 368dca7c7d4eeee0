package io.drme.driver.opcua;

import java.security.Security;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Apart, so that BouncyCastle is loaded only for the one policy that needs it. */
final class Pss {
    private Pss() {}

    static void install() {
        if (Security.getProvider(BouncyCastleProvider.PROVIDER_NAME) == null) {
            Security.addProvider(new BouncyCastleProvider());
        }
    }
}
