package io.drme.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.GatewayId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandBookTest {
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");
    private static final long AGAIN = 10;

    private final CommandBook book = new CommandBook(AGAIN);

    private static Message.Command command(String id) {
        return new Message.Command(0, id, 0, 1_000, "anna", "acknowledge", Map.of());
    }

    private static ReceiverStore.OpenCommand open(String id) {
        return new ReceiverStore.OpenCommand(GATEWAY, command(id));
    }

    private static List<String> ids(List<Receiver.Answer> answers) {
        return answers.stream().map(a -> ((Message.Command) a.message()).id()).toList();
    }

    @Test
    void whatAnotherMemberWasAskedIsSentOnceAndThenAgain() {
        assertThat(ids(book.match(List.of(open("a")), 0))).containsExactly("a");
        assertThat(book.match(List.of(open("a")), 5)).isEmpty();
        assertThat(book.due(9, 0)).isEmpty();
        assertThat(ids(book.due(10, 0))).containsExactly("a");
        assertThat(ids(book.all(GATEWAY, 11))).containsExactly("a");
    }

    @Test
    void whatAnotherMemberHasSeenDoneIsForgotten() {
        book.match(List.of(open("a"), open("b")), 0);
        book.match(List.of(open("b")), 1);
        assertThat(ids(book.all(GATEWAY, 2))).containsExactly("b");
    }

    // The database was away when it was submitted: it is in this memory only.
    @Test
    void whatTheStoreNeverHadIsKept() {
        book.submit(GATEWAY, command("a"), 0);
        assertThat(book.match(List.of(), 1)).isEmpty();
        assertThat(ids(book.all(GATEWAY, 2))).containsExactly("a");
    }

    @Test
    void whatWasSubmittedHereIsNotSentTwice() {
        book.submit(GATEWAY, command("a"), 0);
        assertThat(book.match(List.of(open("a")), 1)).isEmpty();
        assertThat(book.match(List.of(), 2)).isEmpty();
        assertThat(book.all(GATEWAY, 3)).isEmpty();
    }
}
