package io.drme.edge;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP, as every daemon takes it: read the file again. The JDK has signals only in {@code
 * sun.misc}, which the compiler warns of wherever it is named; hence by reflection.
 */
final class Hangup {
    private static final Logger log = LoggerFactory.getLogger(Hangup.class);

    private Hangup() {}

    /**
     * Has {@code action} called on each SIGHUP, on a thread of the JVM's own; it must not block.
     */
    static void onSignal(Runnable action) {
        try {
            var signalType = Class.forName("sun.misc.Signal");
            var handlerType = Class.forName("sun.misc.SignalHandler");
            InvocationHandler call =
                    (_, method, _) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    };
            var handler =
                    Proxy.newProxyInstance(
                            Hangup.class.getClassLoader(), new Class<?>[] {handlerType}, call);
            signalType
                    .getMethod("handle", signalType, handlerType)
                    .invoke(
                            null,
                            signalType.getConstructor(String.class).newInstance("HUP"),
                            handler);
        } catch (ReflectiveOperationException e) {
            log.warn("SIGHUP can't be taken here ({}); use drme-agent apply FILE", e.toString());
        }
    }
}
