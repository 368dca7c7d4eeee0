package io.drme.edge.owner;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

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
    private final Answering answering;

    private volatile @Nullable Thread thread;
    private volatile boolean closed;

    /** What the owner does to answer all that wait; it ends in {@link #answerAll}. */
    @FunctionalInterface
    public interface Answering {
        /** Answers; called on the owner's thread. */
        void run() throws InterruptedException;
    }

    /**
     * Makes an inbox.
     *
     * @param owner names its thread in messages
     * @param answering for a question that the owner's own thread asks: it has nobody to wait for
     */
    public Inbox(String owner, Answering answering) {
        this.owner = owner;
        this.answering = answering;
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
     * Has something done on the owner's thread and waits for what comes of it. Where the owner's
     * own thread asks, as it does where one thread owns everything, it is done at once.
     *
     * @throws IllegalStateException when the owner has ended
     * @throws IllegalArgumentException when the question threw one
     */
    public <T> T ask(Function<S, T> question) throws InterruptedException {
        var answer = new ArrayBlockingQueue<Outcome<T>>(1);
        var asked = new Question<>(question, answer);
        boolean isOwner = Thread.currentThread() == thread;
        if (isOwner) {
            answering.run(); // so that there is room
        }
        while (!waiting.offer(asked, LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            refuseWhenClosed();
        }
        if (isOwner) {
            answering.run();
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

    /** Answers all that wait; the owner calls it, and its thread is the owner's from then on. */
    public void answerAll(S state) {
        thread = Thread.currentThread();
        for (var question = waiting.poll(); question != null; question = waiting.poll()) {
            question.answerWith(state);
        }
    }

    /** No answer comes from now on; the owner calls it as the last thing it does. */
    public void close() {
        closed = true;
    }
}
