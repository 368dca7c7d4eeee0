package io.drme.cloud.grid;

import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.networking.ChannelInitializer;
import com.hazelcast.internal.server.ServerContext;
import java.util.function.Function;

/**
 * A member whose every connection is mutual TLS 1.3. Hazelcast's Community edition has none, but
 * lets a node bring its own channel handlers. That is its internal interface: the version is pinned
 * and a test keeps strangers out.
 */
final class TlsNode extends DefaultNodeContext {
    private final TlsIdentity identity;

    TlsNode(TlsIdentity identity) {
        this.identity = identity;
    }

    @Override
    public NodeExtension createNodeExtension(Node node) {
        return new Extension(node, identity);
    }

    private static final class Extension extends DefaultNodeExtension {
        private final TlsIdentity identity;

        Extension(Node node, TlsIdentity identity) {
            super(node);
            this.identity = identity;
        }

        @Override
        public Function<EndpointQualifier, ChannelInitializer> createChannelInitializerFn(
                ServerContext context) {
            var plain = super.createChannelInitializerFn(context);
            return endpoint -> {
                var inner = plain.apply(endpoint);
                return channel -> {
                    var line = new TlsLine(channel, identity);
                    channel.inboundPipeline().addLast(new TlsInbound(line));
                    inner.initChannel(channel);
                    channel.outboundPipeline().addLast(new TlsOutbound(line));
                };
            };
        }
    }
}
