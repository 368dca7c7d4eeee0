package io.drme.cloud.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.drme.model.GatewayId;
import io.drme.sync.Topics;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.messages.codes.MqttDisconnectReasonCode;
import io.vertx.mqtt.messages.codes.MqttPubAckReasonCode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

/**
 * A gateway that takes no answers, or is gone. Vert.x's endpoint has some sixty methods, and a real
 * client that withholds 4,096 acknowledgements would be longer than what is tested: so it is
 * mocked.
 */
class GatewayConnectionTest {
    private final MqttEndpoint endpoint = mock();
    private final Context eventLoop = mock();
    private GatewayConnection connection;
    private Handler<Integer> acknowledged;

    @BeforeEach
    void connect() {
        doAnswer(
                        call -> {
                            call.<Handler<Void>>getArgument(0).handle(null);
                            return null;
                        })
                .when(eventLoop)
                .runOnContext(any());
        when(endpoint.isConnected()).thenReturn(true);
        connection =
                new GatewayConnection(
                        endpoint,
                        eventLoop,
                        new Topics.Up(new GatewayId("line-1"), Topics.Channel.BULK));
        ArgumentCaptor<Handler<Integer>> handler = ArgumentCaptor.captor();
        verify(endpoint).publishAcknowledgeHandler(handler.capture());
        acknowledged = handler.getValue();
    }

    private int sendUntilRefused() {
        int sent = 0;
        while (connection.send(new byte[1])) {
            sent++;
        }
        return sent;
    }

    private void verifyPublished(int count) {
        verify(endpoint, times(count))
                .publish(anyString(), any(), any(), anyBoolean(), anyBoolean());
    }

    @Test
    void aGatewayThatTakesNoAnswersGetsNoMoreThanTheLimit() {
        assertThat(sendUntilRefused()).isEqualTo(GatewayConnection.MAX_ANSWERS_UNDER_WAY);
        verifyPublished(GatewayConnection.MAX_ANSWERS_UNDER_WAY);
    }

    /** A refusal must not count as under way, or the connection would be dumb for ever. */
    @Test
    void eachAnswerThatIsTakenMakesRoomForOne() {
        sendUntilRefused();
        for (int i = 0; i < 10; i++) {
            assertThat(connection.send(new byte[1])).isFalse();
        }
        acknowledged.handle(1);
        acknowledged.handle(2);

        assertThat(sendUntilRefused()).isEqualTo(2);
    }

    @Test
    void nothingIsSentOnAConnectionThatIsGone() {
        when(endpoint.isConnected()).thenReturn(false);

        connection.send(new byte[1]);
        connection.acknowledge(7, MqttPubAckReasonCode.SUCCESS);
        connection.takenOver();

        verifyPublished(0);
        verify(endpoint, never()).publishAcknowledge(anyInt(), any(), any());
        verify(endpoint, never()).close();
    }

    @Test
    void aClientThatCameAgainIsToldBeforeItsOldConnectionCloses() {
        connection.takenOver();

        var order = inOrder(endpoint);
        order.verify(endpoint)
                .disconnect(
                        org.mockito.ArgumentMatchers.eq(
                                MqttDisconnectReasonCode.SESSION_TAKEN_OVER),
                        any());
        order.verify(endpoint).close();
    }
}
