#!/usr/bin/python3
"""Writes the data files of this folder again, from the copies that Debian packages carry.

    apt-get install python3-sklearn python3-statsmodels wordnet-base
    /usr/bin/python3 examples/data/export.py

The files are committed: nobody needs this to build, test or run anything.
"""
import csv
import pathlib

import statsmodels.datasets
from sklearn import datasets

FOLDER = pathlib.Path(__file__).resolve().parent


def text(value):
    """The shortest decimal that reads back as the same number; 3 rather than 3.0."""
    if isinstance(value, str):
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)


def write(name, header, rows):
    with open(FOLDER / name, "w", newline="", encoding="ascii") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([text(value) for value in row] for row in rows)


def with_labels(labels, features):
    return [[label, *row] for label, row in zip(labels, features)]


def identifier(name):
    """'sepal length (cm)' becomes SepalLength, 'od280/od315_of_diluted_wines' Od280Od315OfDilutedWines."""
    words = name.replace("(cm)", "").replace("/", " ").replace("_", " ").split()
    return "".join(word[0].upper() + word[1:] for word in words)


digits = datasets.load_digits()
pixels = [f"Pixel{row}{column}" for row in range(8) for column in range(8)]
write("digits.csv", ["Label", *pixels], with_labels(digits.target, digits.data))

wine = datasets.load_wine()
write("wine.csv", ["Label", *map(identifier, wine.feature_names)],
      with_labels([str(wine.target_names[target]) for target in wine.target], wine.data))

iris = datasets.load_iris()
write("iris.csv", ["Label", *map(identifier, iris.feature_names)],
      with_labels([str(iris.target_names[target]) for target in iris.target], iris.data))

# scikit-learn codes malignant as 0. A column that says what is true when it is 1 is harder to misread.
cancer = datasets.load_breast_cancer()
write("breast_cancer.csv", ["Malignant", *map(identifier, cancer.feature_names)],
      with_labels([int(cancer.target_names[target] == "malignant") for target in cancer.target], cancer.data))

# The raw measurements: scikit-learn's default is a copy that was scaled with the test rows' help.
diabetes = datasets.load_diabetes(scaled=False)
write("diabetes.csv", ["Progression", *map(identifier, diabetes.feature_names)], with_labels(diabetes.target, diabetes.data))

linnerud = datasets.load_linnerud()
write("linnerud.csv", [*linnerud.target_names, *linnerud.feature_names],
      [[*targets, *exercises] for targets, exercises in zip(linnerud.target, linnerud.data)])

randhie = statsmodels.datasets.randhie.load_pandas().data
write("randhie.csv", list(randhie.columns), randhie.to_numpy())

# What nouns mean, in WordNet's words without its examples, and the field that its lexicographers put them in. As many of each field, evenly spaced over WordNet's own order, in turn.
FIELDS = {"05": "animal", "06": "artifact", "08": "body", "13": "food", "15": "location", "18": "person", "20": "plant", "27": "substance"}
GLOSSES_A_FIELD = 200
FEWEST_WORDS = 5

glosses = {field: [] for field in FIELDS.values()}
with open("/usr/share/wordnet/data.noun", encoding="ascii") as file:
    for line in file:
        if line.startswith("  ") or line.split(" ", 2)[1] not in FIELDS:
            continue
        gloss = line.split("| ", 1)[1].split(";")[0].replace("\t", " ").replace('"', "").strip()
        if len(gloss.split()) >= FEWEST_WORDS:
            glosses[FIELDS[line.split(" ", 2)[1]]].append(gloss)
chosen = {field: [texts[i * len(texts) // GLOSSES_A_FIELD] for i in range(GLOSSES_A_FIELD)] for field, texts in glosses.items()}
with open(FOLDER / "glosses.tsv", "w", newline="", encoding="ascii") as file:
    file.write("Field\tDefinition\n")
    for i in range(GLOSSES_A_FIELD):
        file.writelines(f"{field}\t{chosen[field][i]}\n" for field in chosen)
