# Fits scikit-learn's network on the digits once for each line it reads, and answers with one line: wall and processor seconds, and the last epoch's loss.
# Run by the benchmark; the argument is the table. Its first line says what it runs on.
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")  # that 30 epochs did not converge is no news
table = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1, dtype=np.float32)
labels, features = table[:, 0].astype(int), np.ascontiguousarray(table[:, 1:])
with open("/proc/self/maps") as maps:
    blas = sorted({line.split()[-1].rsplit("/", 1)[1] for line in maps if "/lib" in line and "blas" in line.rsplit("/", 1)[1] and ".cpython" not in line})
print(f"scikit-learn {sklearn.__version__} on {', '.join(blas)}", flush=True)

for _ in sys.stdin:
    network = MLPClassifier((128, 64), batch_size=64, learning_rate_init=1e-3, max_iter=30, n_iter_no_change=31, tol=0, random_state=1)
    wall, processor = time.perf_counter(), time.process_time()
    make_pipeline(StandardScaler(), network).fit(features, labels)
    print(time.perf_counter() - wall, time.process_time() - processor, network.loss_, flush=True)
