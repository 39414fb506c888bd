"""Metrics of several values and several labels a row, by scikit-learn: the oracle of VectorMetricsTests.

Run: /usr/bin/python3 tests/goldens/vector_metrics.py > tests/MLNet.WeightInit.Tests/Goldens/vector_metrics.json
(Debian: apt-get install python3-sklearn; made with scikit-learn 1.2.1.)
"""
import json
import warnings

import numpy
from sklearn import metrics

warnings.filterwarnings("ignore")  # shares of nothing are 0, which is what the C# side promises


def regression(name, labels, scores):
    # As the floats that the C# side reads.
    labels, scores = (numpy.asarray(values, numpy.float32).astype(numpy.float64) for values in (labels, scores))
    measures = {
        "MeanAbsoluteError": metrics.mean_absolute_error,
        "MeanSquaredError": metrics.mean_squared_error,
        "RootMeanSquaredError": lambda *arguments, **options: metrics.mean_squared_error(*arguments, squared=False, **options),
        "RSquared": metrics.r2_score,
    }
    return {
        "Name": name,
        "Labels": labels.tolist(),
        "Scores": scores.tolist(),
        "Outputs": {measure: function(labels, scores, multioutput="raw_values").tolist() for measure, function in measures.items()},
        "Averages": {measure: float(function(labels, scores, multioutput="uniform_average")) for measure, function in measures.items()},
    }


def multilabel(name, labels, predicted):
    labels, predicted = numpy.asarray(labels, int), numpy.asarray(predicted, int)
    shares = {"Precision": metrics.precision_score, "Recall": metrics.recall_score, "F1Score": metrics.f1_score}

    def share(function, average):
        # One column is to scikit-learn a binary label; a list of one label keeps it what it is here.
        if labels.shape[1] > 1:
            return function(labels, predicted, average=average)
        value = function(labels[:, 0], predicted[:, 0])
        return numpy.array([value]) if average is None else value

    return {
        "Name": name,
        "Labels": labels.astype(bool).tolist(),
        "Predicted": predicted.astype(bool).tolist(),
        "PerLabel": {measure: share(function, None).tolist() for measure, function in shares.items()},
        "Confusion": metrics.multilabel_confusion_matrix(labels, predicted).tolist() if labels.shape[1] > 1 else [metrics.confusion_matrix(labels[:, 0], predicted[:, 0]).tolist()],
        "Averages": {average + measure: float(share(function, average.lower()))
                     for average in ("Micro", "Macro") for measure, function in shares.items()},
        "SubsetAccuracy": float(metrics.accuracy_score(labels, predicted)),
        "HammingLoss": float(metrics.hamming_loss(labels, predicted)),
    }


random = numpy.random.RandomState(5)
units = numpy.array([1.0, 250.0, 0.003])
truth = random.standard_normal((23, 3)) * units + numpy.array([0.0, 1e5, -1.0])
flags = random.random_sample((29, 5)) < numpy.array([0.5, 0.1, 0.9, 0.3, 0.0])
guessed = flags ^ (random.random_sample((29, 5)) < 0.25)
guessed[:, 1] = False

cases = {
    "Regression": [
        regression("three units", truth, truth + random.standard_normal((23, 3)) * units * [0.1, 1.0, 2.0]),
        regression("one value", truth[:, :1], truth[:, :1] * 0.5),
        regression("constant labels", [[1, 2, 3]] * 4, [[1, 2, 3]] * 3 + [[1, 2.5, 3]]),
    ],
    "Multilabel": [
        multilabel("random, one never predicted, one never true", flags, guessed),
        multilabel("all right", flags[:, :3], flags[:, :3]),
        multilabel("all wrong", flags[:, :3], ~flags[:, :3]),
        multilabel("no label anywhere", numpy.zeros((3, 2)), numpy.zeros((3, 2))),
        multilabel("one label", flags[:, :1], guessed[:, :1]),
    ],
}
print("{" + ",\n".join(f'"{task}": [\n' + ",\n".join(json.dumps(case) for case in task_cases) + "\n]" for task, task_cases in cases.items()) + "}")
