package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import io.drme.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person is told whose serial port can't be had. */
class SerialTransportTest {
    @TempDir private Path directory = Path.of("");
    private Path path = Path.of("");

    @BeforeEach
    void makePort() throws IOException {
        path = Files.createFile(directory.resolve("ttyUSB0"));
    }

    private SerialTransport transport(SerialTransport.Library library) {
        var endpoint = new Endpoint.Serial(path.toString(), 19_200, Endpoint.Parity.EVEN, 1);
        return new SerialTransport(endpoint, new ManualClock(), library);
    }

    // Met with where nothing may be executed in the temp folder and at home; which of them depends
    // on how far the library comes. An Error would end the device's thread.
    @Test
    void aNativeLibraryThatCanNotBeLoadedIsToldWithTheRemedyEachTime() {
        for (var error :
                new LinkageError[] {
                    new UnsatisfiedLinkError("Cannot load native library"),
                    new NoClassDefFoundError("Could not initialize class SerialPort"),
                    new ExceptionInInitializerError("broken")
                }) {
            var transport =
                    transport(_ -> {
                        throw error;
                    });
            assertThatThrownBy(() -> transport.open(Duration.ofSeconds(1)))
                    .isInstanceOf(SerialTransport.PortException.class)
                    .hasMessageContaining("-Djava.io.tmpdir=")
                    .hasMessageContaining("-DjSerialComm.library.path=")
                    .hasCause(error);
            assertThat(transport.isOpen()).isFalse();
        }
    }

    @Test
    void whatIsNoPortIsToldWithItsPath() {
        var transport =
                transport(_ -> {
                    throw new SerialPortInvalidPortException("no port", new IOException());
                });
        assertThatThrownBy(() -> transport.open(Duration.ofSeconds(1)))
                .isInstanceOf(SerialTransport.PortException.class)
                .hasMessage("%s is no serial port; check the path".formatted(path));
    }
}
