package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.drme.driver.DriverException;
import io.drme.testing.ManualClock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.sdk.client.OpcUaSession;
import org.eclipse.milo.opcua.sdk.client.subscriptions.OpcUaSubscription;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * When the owner gives up on Milo. Sessions that flap within the grace, a server that goes quiet on
 * an open connection, a namespace table that never comes: hard to have of a real server at a chosen
 * moment, so Milo's client is mocked and the clock is ours.
 */
class SubscriberTest {
    private static final Duration TIMEOUT = Duration.ofMillis(500);

    private final OpcUaClient milo = mock(OpcUaClient.class, RETURNS_DEEP_STUBS);
    private final OpcUaSession session = mock();
    private final OpcUaSubscription subscription = mock();
    private final ManualClock clock = new ManualClock();
    private Subscriber subscriber;

    @BeforeEach
    void subscribe() {
        var settings =
                new OpcUaSettings(
                        URI.create("opc.tcp://h:4840"),
                        SecurityPolicyName.NONE,
                        SecurityMode.NONE,
                        new SignIn.Anonymous(),
                        Duration.ofSeconds(30),
                        Optional.empty());
        var address = new OpcUaAddress(NodeAddress.parse("ns=2;s=A").orElseThrow(), TIMEOUT);
        subscriber =
                new Subscriber(
                        milo,
                        List.of(address),
                        TIMEOUT,
                        clock,
                        new Steps("boiler", settings, Path.of("own.pem")));
        subscriber.onSessionActive(session);
    }

    @Test
    void aSessionThatComesBackWithinTheGraceIsNoTrouble() {
        subscriber.onSessionInactive(session);
        clock.advance(Subscriber.SESSION_GRACE);

        assertThat(subscriber.isAlive()).isFalse();
        assertThat(subscriber.trouble()).isNull();

        subscriber.onSessionActive(session);
        assertThat(subscriber.isAlive()).isTrue();
    }

    @Test
    void aSessionThatDoesNotComeBackIsGivenUpAfterTheGrace() {
        subscriber.onSessionInactive(session);
        clock.advance(Subscriber.SESSION_GRACE.plusMillis(1));

        assertThat(subscriber.trouble()).isNotNull();
        assertThat(subscriber.trouble()).hasMessageContaining("did not come back within 3s");
    }

    /** Milo tells of each vain attempt; only the first one starts the grace. */
    @Test
    void furtherSignsOfALostSessionDoNotProlongTheGrace() {
        subscriber.onSessionInactive(session);
        clock.advance(Subscriber.SESSION_GRACE.minusMillis(1));
        subscriber.onSessionInactive(session);
        clock.advance(Duration.ofMillis(2));

        assertThat(subscriber.trouble()).isNotNull();
    }

    @Test
    void aServerThatSendsNotEvenKeepAlivesIsGivenUp() {
        var limit = Subscriber.KEEP_ALIVE.multipliedBy(Subscriber.KEEP_ALIVES_MISSING);
        clock.advance(limit);
        assertThat(subscriber.trouble()).isNull();

        clock.advance(Duration.ofNanos(1));
        assertThat(subscriber.trouble()).isNotNull();
        assertThat(subscriber.trouble()).hasMessageContaining("neither values nor keep-alives");
    }

    @Test
    void theFirstReasonOfAnEndIsTheOneThatIsTold() {
        subscriber.onTransferFailed(
                subscription, new StatusCode(StatusCodes.Bad_SubscriptionIdInvalid));
        subscriber.onStatusChanged(subscription, new StatusCode(StatusCodes.Bad_Timeout));

        assertThat(subscriber.ended()).startsWith("the server does not know the subscription");
        assertThat(subscriber.isAlive()).isFalse();
    }

    @Test
    void aRefusedNamespaceTableIsADriversRefusalNotABug() {
        when(milo.readNamespaceTableAsync())
                .thenReturn(
                        CompletableFuture.failedFuture(
                                new UaException(StatusCodes.Bad_UserAccessDenied)));

        assertThatThrownBy(subscriber::open)
                .isInstanceOf(DriverException.class)
                .hasMessageContaining("boiler");
    }

    @Test
    void aNamespaceTableThatNeverComesIsGivenUpAfterTheTimeLimit() {
        when(milo.readNamespaceTableAsync()).thenReturn(new CompletableFuture<>());

        assertThatThrownBy(subscriber::open)
                .isInstanceOf(DriverException.Unreachable.class)
                .hasMessageContaining("namespaces");
    }
}
