package io.drme.sim.fleet;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttProperties;
import io.netty.handler.codec.mqtt.MqttPubReplyMessageVariableHeader;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttVersion;
import io.netty.handler.ssl.SslContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One MQTT 5 connection, from its begin to its end: connects, subscribes to one topic where it is
 * to, publishes with QoS 1, and says that it lives. What it does not speak, no gateway needs.
 * Confined to its event loop.
 */
final class MqttChannel {
    /** The longest packet that comes down: a hello's answer with all its ranges. */
    private static final int MOST_PACKET_BYTES = 5 << 20;

    private static final int MOST_CLIENT_ID = 128;
    private static final int KEEP_ALIVE_SECONDS = 15;
    private static final int PING_SECONDS = 10;
    private static final int PROPERTY_RECEIVE_MAXIMUM = 0x21;
    private static final int MOST_ID = 0xFFFF;
    private static final int QUOTA_EXCEEDED = 0x97;
    private static final int FIRST_ERROR = 0x80;
    private static final Duration MOST_CONNECTING = Duration.ofSeconds(10);

    /** Where it goes, and who goes there. */
    record Target(String host, int port, Optional<SslContext> tls, String clientId) {}

    /** What the owner hears, on the event loop. */
    interface Listener {
        void up();

        /** It is gone for good; comes once. */
        void down(String why);

        void arrived(byte[] message);

        /** A publish was acknowledged, or turned away for want of room. */
        void acknowledged(boolean quota, byte[] message);
    }

    private final EventLoop loop;
    private final Target target;
    private final Optional<String> listenTo;
    private final Listener listener;
    private final Map<Integer, byte[]> underWay = new HashMap<>();
    private int mostUnderWay;
    private int lastId;
    private boolean isUp;
    private boolean isDown;
    private Optional<Channel> channel = Optional.empty();

    /** Begins to connect. */
    MqttChannel(
            EventLoop loop,
            Target target,
            Optional<String> listenTo,
            int mostUnderWay,
            Listener listener) {
        this.loop = loop;
        this.target = target;
        this.listenTo = listenTo;
        this.mostUnderWay = mostUnderWay;
        this.listener = listener;
    }

    void connect() {
        var bootstrap =
                new Bootstrap()
                        .group(loop)
                        .channel(NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(
                                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                                (int) MOST_CONNECTING.toMillis())
                        .handler(
                                new ChannelInitializer<Channel>() {
                                    @Override
                                    protected void initChannel(Channel made) {
                                        fill(made);
                                    }
                                });
        var connecting = bootstrap.connect(target.host(), target.port());
        channel = Optional.of(connecting.channel());
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                down("not reached: " + done.cause().getMessage());
            }
        });
    }

    private void fill(Channel made) {
        target.tls()
                .ifPresent(tls -> {
                    var handler = tls.newHandler(made.alloc(), target.host(), target.port());
                    var parameters = handler.engine().getSSLParameters();
                    parameters.setEndpointIdentificationAlgorithm("HTTPS");
                    handler.engine().setSSLParameters(parameters);
                    made.pipeline().addLast(handler);
                });
        made.pipeline()
                .addLast(
                        new MqttDecoder(MOST_PACKET_BYTES, MOST_CLIENT_ID),
                        MqttEncoder.INSTANCE,
                        new Handler());
    }

    private final class Handler extends SimpleChannelInboundHandler<MqttMessage> {
        @Override
        public void channelActive(ChannelHandlerContext context) {
            var properties = new MqttProperties();
            properties.add(
                    new MqttProperties.IntegerProperty(PROPERTY_RECEIVE_MAXIMUM, mostUnderWay));
            send(
                    MqttMessageBuilders.connect()
                            .protocolVersion(MqttVersion.MQTT_5)
                            .clientId(target.clientId())
                            .cleanSession(true)
                            .keepAlive(KEEP_ALIVE_SECONDS)
                            .properties(properties)
                            .build());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, MqttMessage message) {
            if (message.decoderResult().isFailure()) {
                down("a bad packet: " + message.decoderResult().cause().getMessage());
                return;
            }
            switch (message) {
                case MqttConnAckMessage answer -> connected(answer);
                case MqttSubAckMessage answer -> subscribed(answer);
                case MqttPublishMessage publish -> take(publish);
                default -> other(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            down("the centre closed the connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            down(String.valueOf(cause.getMessage()));
        }
    }

    private void connected(MqttConnAckMessage answer) {
        var code = answer.variableHeader().connectReturnCode();
        if (code != MqttConnectReturnCode.CONNECTION_ACCEPTED) {
            down("refused: " + code);
            return;
        }
        if (answer.variableHeader().properties().getProperty(PROPERTY_RECEIVE_MAXIMUM)
                instanceof MqttProperties.IntegerProperty most) {
            mostUnderWay = Math.clamp(most.value(), 1, mostUnderWay);
        }
        ping();
        if (listenTo.isEmpty()) {
            up();
        } else {
            send(
                    MqttMessageBuilders.subscribe()
                            .messageId(nextId())
                            .addSubscription(MqttQoS.AT_LEAST_ONCE, listenTo.get())
                            .build());
        }
    }

    private void subscribed(MqttSubAckMessage answer) {
        if (answer.payload().reasonCodes().stream().anyMatch(code -> code >= FIRST_ERROR)) {
            down("the subscription was refused: " + answer.payload().reasonCodes());
        } else {
            up();
        }
    }

    private void up() {
        isUp = true;
        listener.up();
    }

    private void take(MqttPublishMessage publish) {
        var bytes = ByteBufUtil.getBytes(publish.payload());
        if (publish.fixedHeader().qosLevel() == MqttQoS.AT_LEAST_ONCE) {
            send(
                    MqttMessageBuilders.pubAck()
                            .packetId(publish.variableHeader().packetId())
                            .reasonCode((byte) 0)
                            .build());
        }
        listener.arrived(bytes);
    }

    private void other(MqttMessage message) {
        switch (message.fixedHeader().messageType()) {
            case PUBACK -> {
                int code =
                        message.variableHeader() instanceof MqttPubReplyMessageVariableHeader h
                                ? h.reasonCode() & 0xFF
                                : 0;
                if (message.variableHeader() instanceof MqttMessageIdVariableHeader id) {
                    var sent = underWay.remove(id.messageId());
                    if (sent != null) {
                        listener.acknowledged(code == QUOTA_EXCEEDED, sent);
                    }
                }
            }
            case DISCONNECT -> down("the centre ended the connection");
            default -> {
                // A ping's answer; nothing else comes from a server.
            }
        }
    }

    /** Publishes; false where it does not stand or enough is under way. */
    boolean publish(String topic, byte[] message) {
        if (!isUp || underWay.size() >= mostUnderWay) {
            return false;
        }
        int id = nextId();
        underWay.put(id, message);
        send(
                MqttMessageBuilders.publish()
                        .topicName(topic)
                        .qos(MqttQoS.AT_LEAST_ONCE)
                        .messageId(id)
                        .payload(Unpooled.wrappedBuffer(message))
                        .build());
        return true;
    }

    private int nextId() {
        do {
            lastId = lastId % MOST_ID + 1;
        } while (underWay.containsKey(lastId));
        return lastId;
    }

    private void ping() {
        var _ =
                loop.schedule(
                        () -> {
                            if (!isDown) {
                                send(MqttMessage.PINGREQ);
                                ping();
                            }
                        },
                        PING_SECONDS,
                        TimeUnit.SECONDS);
    }

    private void send(MqttMessage message) {
        channel.ifPresent(c -> {
            var _ = c.writeAndFlush(message);
        });
    }

    private void down(String why) {
        if (!isDown) {
            isDown = true;
            isUp = false;
            underWay.clear();
            close();
            listener.down(why);
        }
    }

    private void close() {
        channel.ifPresent(c -> {
            var _ = c.close();
        });
    }

    /** Ends it in order; the listener hears nothing. */
    void end() {
        if (!isDown) {
            isDown = true;
            send(MqttMessageBuilders.disconnect().reasonCode((byte) 0).build());
            close();
        }
        isUp = false;
    }

    /** Ends it as a cut line does: no word to the other side, and none to the listener. */
    void cut() {
        isDown = true;
        isUp = false;
        underWay.clear();
        channel.ifPresent(c -> c.config().setOption(ChannelOption.SO_LINGER, 0));
        close();
    }
}
