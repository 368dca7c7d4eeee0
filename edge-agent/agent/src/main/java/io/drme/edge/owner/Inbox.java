package io.drme.edge.owner;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Questions to the one thread that owns some state: the asker waits, the owner answers between two
 * pieces of its own work. Bounded; who asks while it is full waits for room.
 *
 * @param <S> what the owner shows to a question
 */
public final class Inbox<S> {
    private static final int MOST_WAITING = 256;
    private static final long LOOK_MILLIS = 20;

    private final ArrayBlockingQueue<Question<S, ?>> waiting =
            new ArrayBlockingQueue<>(MOST_WAITING);
    private final String owner;

    private volatile boolean closed;

    /** Makes an inbox; {@code owner} names its thread in messages. */
    public Inbox(String owner) {
        this.owner = owner;
    }

    private record Question<S, T>(Function<S, T> ask, ArrayBlockingQueue<Outcome<T>> answer) {
        void answerWith(S state) {
            Outcome<T> outcome;
            try {
                outcome = new Outcome.Answer<>(ask.apply(state));
            } catch (IllegalArgumentException e) {
                outcome = new Outcome.Wrong<>(e); // the asker's mistake, not the owner's
            }
            answer.add(outcome);
        }
    }

    private sealed interface Outcome<T> {
        record Answer<T>(T value) implements Outcome<T> {}

        record Wrong<T>(IllegalArgumentException cause) implements Outcome<T> {}
    }

    /**
     * Has something done on the owner's thread and waits for what comes of it. From any thread but
     * the owner's own.
     *
     * @throws IllegalStateException when the owner has ended
     * @throws IllegalArgumentException when the question threw one
     */
    public <T> T ask(Function<S, T> question) throws InterruptedException {
        var answer = new ArrayBlockingQueue<Outcome<T>>(1);
        var asked = new Question<>(question, answer);
        while (!waiting.offer(asked, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            refuseWhenClosed();
        }
        while (true) {
            var outcome = answer.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (outcome != null) {
                return switch (outcome) {
                    case Outcome.Answer<T>(T value) -> value;
                    case Outcome.Wrong<T>(IllegalArgumentException cause) ->
                            throw new IllegalArgumentException(cause.getMessage(), cause);
                };
            }
            refuseWhenClosed();
        }
    }

    private void refuseWhenClosed() {
        if (closed) {
            throw new IllegalStateException("the gateway is stopping (" + owner + ")");
        }
    }

    /** Answers all that wait; the owner calls it. */
    public void answerAll(S state) {
        for (var question = waiting.poll(); question != null; question = waiting.poll()) {
            question.answerWith(state);
        }
    }

    /** No answer comes from now on; the owner calls it as the last thing it does. */
    public void close() {
        closed = true;
    }
}
