"""The evidence reader's network: all-MiniLM's six layers with a score for each sentence and one for "no answer here"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from kin_assistant.scorer import reading_pieces
from training.examples import Example

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["Batch", "EvidenceNetwork", "collate"]


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


class EvidenceNetwork(nn.Module):
    """Scores: column 0 for "no sentence answers", then one for each sentence, as logits of one softmax."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        from transformers import BertModel

        # Without dropout and with plain attention a step takes 0.6 of the time on a CPU, so that three examples are seen
        # for two; with one or two epochs there is little to regularise.
        self.bert = BertModel.from_pretrained(
            str(folder),
            local_files_only=True,
            add_pooling_layer=False,
            attn_implementation="eager",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.bert.embeddings.requires_grad_(False)
        width = self.bert.config.hidden_size
        self.hidden = nn.Linear(width, width)
        self.sentence = nn.Linear(width, 1)
        self.nothing = nn.Linear(width, 1)

    def forward(self, batch: Batch) -> Tensor:
        """Logits, shape (examples, 1 + most sentences); sentences that an example lacks have -inf."""
        states = self.bert(input_ids=batch.ids, attention_mask=batch.mask, token_type_ids=batch.types).last_hidden_state
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
