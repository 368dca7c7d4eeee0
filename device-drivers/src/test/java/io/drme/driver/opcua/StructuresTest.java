package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.drme.driver.DriverException;
import io.drme.testing.ManualClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Types that a server does not tell, and for how long that is taken for granted. */
@Timeout(30)
class StructuresTest {
    private final ManualClock clock = new ManualClock();
    private final OpcUaClient client = mock(OpcUaClient.class);
    private final ExtensionObject value =
            ExtensionObject.of(ByteString.of(new byte[] {1}), new NodeId(2, "Axis"));

    private Structures structures(Duration timeout) {
        var steps = new Steps("boiler", mock(OpcUaSettings.class), Path.of("own.pem"));
        return new Structures(client, timeout, steps, clock);
    }

    @Test
    void aTypeThatCouldNotBeDecodedIsAskedForAnewAfterAWhile() throws Exception {
        var structures = structures(Duration.ofSeconds(1));
        when(client.getDynamicEncodingContext())
                .thenThrow(new UaException(StatusCodes.Bad_NodeIdUnknown));
        assertNotDecodable(structures);
        clock.advance(Structures.ASK_ANEW);
        assertNotDecodable(structures);
        verify(client, never()).resetDynamicDataTypeManager();
        clock.advance(Duration.ofNanos(1));
        assertNotDecodable(structures);
        assertNotDecodable(structures);
        verify(client, times(1)).resetDynamicDataTypeManager();
    }

    private void assertNotDecodable(Structures structures) {
        assertThatThrownBy(() -> structures.members(value))
                .isInstanceOf(Structures.NotDecodable.class);
    }

    // Each value of many would hold up all others for the whole limit.
    @Test
    void aServerThatDoesNotTellATypeIsNotWaitedForAgainAtOnce() throws Exception {
        var structures = structures(Duration.ofMillis(1));
        var told = new CountDownLatch(1);
        when(client.getDynamicEncodingContext())
                .thenAnswer(_ -> {
                    told.await();
                    throw new UaException(StatusCodes.Bad_NodeIdUnknown);
                });
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> structures.members(value))
                    .isInstanceOf(DriverException.Unreachable.class);
        }
        verify(client, timeout(10_000)).getDynamicEncodingContext();
        told.countDown();
        clock.advance(Structures.ASK_ANEW.multipliedBy(2));
        assertThatThrownBy(() -> structures.members(value)).isNotNull();
        verify(client, timeout(10_000).times(2)).getDynamicEncodingContext();
    }
}
