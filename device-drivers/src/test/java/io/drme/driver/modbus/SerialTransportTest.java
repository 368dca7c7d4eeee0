package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fazecast.jSerialComm.SerialPort;
import com.fazecast.jSerialComm.SerialPortInvalidPortException;
import io.drme.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.ArgumentMatchers;
import org.mockito.Mockito;

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

    // Seen with a real pseudo terminal, in one of some dozens of runs.
    @Test
    void aReadThatFindsNothingJustNowIsNoPortThatIsGone() throws Exception {
        var port = Mockito.mock(SerialPort.class);
        Mockito.when(port.openPort(0)).thenReturn(true);
        Mockito.when(
                        port.readBytes(
                                ArgumentMatchers.any(),
                                ArgumentMatchers.anyInt(),
                                ArgumentMatchers.anyInt()))
                .thenReturn(-1, 2, -1);
        Mockito.when(port.getLastErrorCode()).thenReturn(11, 5);
        var line = transport(_ -> port);
        line.open(Duration.ofSeconds(1));
        assertThat(line.read(new byte[8], 0, 8, Duration.ofSeconds(1))).isEqualTo(2);
        assertThatThrownBy(() -> line.read(new byte[8], 0, 8, Duration.ofSeconds(1)))
                .hasMessageContaining("the serial port is gone");
    }
}
