package io.drme.driver.opcua;

import io.drme.driver.DriverContract;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The contract over an unsecured connection. */
class OpcUaDriverTest implements DriverContract {
    static final String SERVER =
            """
            path: /boiler
            nodes:
              "nsu=urn:acme:boiler;s=Boiler.Pressure":
                value: {sine: {mean: 5, amplitude: 1, period: 10s}}
            """;
    static final List<String> TAGS =
            List.of(
                    "{address: 'nsu=urn:acme:boiler;s=Boiler.Pressure', sampling: 100ms}",
                    "{address: 'nsu=urn:acme:boiler;s=Boiler.NoSuch', sampling: 100ms}");

    @TempDir Path directory;

    @Override
    public Rig rig() throws Exception {
        return new OpcUaRig(directory, SERVER, "", TAGS);
    }
}
