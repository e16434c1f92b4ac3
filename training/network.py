"""The evidence reader's network: all-MiniLM's six layers with a score for each sentence and one for "no answer here"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from kin_assistant.models.evidence_network import reading_pieces
from training.examples import Example

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Batch", "EvidenceNetwork", "collate", "load_bert", "save_weights"]


class Batch:
    """Padded examples: ids, mask, token types (question 0, passage 1), sentence of each token (-1 for none), gold, weight."""

    def __init__(
        self, ids: Tensor, mask: Tensor, types: Tensor, sentence: Tensor, gold: Tensor, weight: Tensor
    ) -> None:
        self.ids, self.mask, self.types, self.sentence, self.gold, self.weight = (
            ids,
            mask,
            types,
            sentence,
            gold,
            weight,
        )

    def rows(self, numbers: Tensor) -> Batch:
        """Some of the examples."""
        return Batch(
            *(part[numbers] for part in (self.ids, self.mask, self.types, self.sentence, self.gold, self.weight))
        )


def load_bert(folder: Path, frozen: int, **config: str | float) -> Any:
    """The encoder in ``folder``, its word embeddings and lowest ``frozen`` layers not to be trained.

    ``config`` are values of its configuration that are other than those it was saved with.
    """
    from transformers import BertModel

    bert = BertModel.from_pretrained(str(folder), local_files_only=True, add_pooling_layer=False, **config)
    bert.embeddings.requires_grad_(False)
    for layer in bert.encoder.layer[:frozen]:
        layer.requires_grad_(False)
    return bert


class EvidenceNetwork(nn.Module):
    """Scores: column 0 for "no sentence answers", then one for each sentence, as logits of one softmax.

    Word embeddings and the lowest ``frozen`` layers stay as they are, so that two networks that start from the same weights
    share what these give.
    """

    def __init__(self, folder: Path, frozen: int = 0) -> None:
        super().__init__()
        # Without dropout and with plain attention a step takes 0.6 of the time on a CPU, so that three examples are seen
        # for two; with one or two epochs there is little to regularise.
        self.bert = load_bert(
            folder, frozen, attn_implementation="eager", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        self.frozen = frozen
        width = self.bert.config.hidden_size
        self.hidden = nn.Linear(width, width)
        self.sentence = nn.Linear(width, 1)
        self.nothing = nn.Linear(width, 1)

    def forward(self, batch: Batch) -> Tensor:
        """Logits, shape (examples, 1 + most sentences); sentences that an example lacks have -inf."""
        return self.score(batch, self.read_below(batch))

    def read_below(self, batch: Batch) -> Tensor:
        """Token states behind the layers that are frozen."""
        with torch.no_grad():
            states: Tensor = self.bert.embeddings(input_ids=batch.ids, token_type_ids=batch.types)
            return self._read(batch, states, 0, self.frozen)

    def score(self, batch: Batch, below: Tensor) -> Tensor:
        """Logits from the states behind the frozen layers."""
        states = self._read(batch, below, self.frozen, len(self.bert.encoder.layer))
        count = batch.gold.shape[1] - 1
        member = (batch.sentence[:, None, :] == torch.arange(count)[None, :, None]).to(states.dtype)
        sizes = member.sum(-1, keepdim=True)
        means = (member @ states) / sizes.clamp(min=1)
        pooled = torch.cat([states[:, :1], means], 1)
        hidden = nn.functional.gelu(self.hidden(pooled), approximate="tanh")
        nothing = self.nothing(hidden[:, :1]).squeeze(-1)
        scores = self.sentence(hidden[:, 1:]).squeeze(-1).float()
        scores = scores.masked_fill(sizes.squeeze(-1) == 0, float("-inf"))
        return torch.cat([nothing.float(), scores], 1)

    def _read(self, batch: Batch, states: Tensor, first: int, last: int) -> Tensor:
        unseen = (1.0 - batch.mask[:, None, None, :].to(states.dtype)) * torch.finfo(states.dtype).min
        for layer in self.bert.encoder.layer[first:last]:
            states = layer(states, unseen)
        return states

    def load(self, weights: Path) -> None:
        """Take over what was trained; the word embeddings are the bundled model's."""
        self.load_state_dict({name: value.float() for name, value in load_file(weights).items()}, strict=False)


def save_weights(state: Mapping[str, Tensor], path: Path, metadata: dict[str, str]) -> None:
    """Write what was trained, in half precision, as the product reads it."""
    kept = {name: value.to(torch.float16).contiguous() for name, value in state.items() if ".embeddings." not in name}
    save_file(kept, path, metadata=metadata)


def collate(examples: Sequence[Example], tokenizer: Tokenizer) -> Batch:
    """Tokenize and pad. A passage that is too long loses its last sentences; gold that is lost becomes "no answer"."""
    rows = [reading_pieces(tokenizer, example.question, example.context, example.sentences) for example in examples]
    width = max(len(ids) for ids, *_ in rows)
    most = max(len(example.sentences) for example in examples)
    ids = torch.zeros(len(rows), width, dtype=torch.long)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    sentence = torch.full_like(ids, -1)
    gold = torch.zeros(len(rows), 1 + most)
    for i, (row_ids, row_types, row_sentence) in enumerate(rows):
        n = len(row_ids)
        ids[i, :n], mask[i, :n], types[i, :n] = torch.tensor(row_ids), 1, torch.tensor(row_types)
        sentence[i, :n] = torch.tensor(row_sentence)
        kept = set(row_sentence)
        answers = [k for k in examples[i].evidence if k in kept]
        for k in answers:
            gold[i, 1 + k] = 1
        if not answers:
            gold[i, 0] = 1
    return Batch(ids, mask, types, sentence, gold, torch.tensor([example.weight for example in examples]))
