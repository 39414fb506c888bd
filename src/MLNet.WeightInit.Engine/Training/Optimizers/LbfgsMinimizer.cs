using MLNet.WeightInit.Engine.Kernels;
using MLNet.WeightInit.Engine.Training.Checkpoints;

namespace MLNet.WeightInit.Engine.Training.Optimizers;

/// <summary>Minimizes a function by L-BFGS: steps along −H ∇f, with H from the last changes of place and gradient.</summary>
/// <remarks>
/// Nocedal and Wright 2006, algorithm 7.5 with the two loops of algorithm 7.4 and H⁰ = γ I of eq. 7.20. All arithmetic is in double and in one order; the pairs are kept in 32 bits, which halves them, and products of two of
/// their numbers are exact. The first direction, of which nothing is known but the gradient, is tried with a step of at most length 1.
/// </remarks>
internal sealed class LbfgsMinimizer
{
    /// <summary>A fall by no more than this share of the value, or of 1 where that is larger, ends the minimization: scipy's <c>ftol</c>, 10⁷ units in the last place of a double.</summary>
    public const double SmallestFall = 1e7 * 2.220446049250313e-16;

    /// <summary>Of sᵀy to yᵀy, from which a pair is used: below it the curvature is rounding (scipy's test).</summary>
    const double SmallestCurvature = 2.220446049250313e-16;

    readonly double[] _point, _gradient, _direction, _alphas, _curvatures;
    readonly float[][] _moves, _changes;
    readonly double _tolerance;
    readonly LineSearch _search;
    int _pairs, _newest = -1, _evaluations, _stop;
    bool _isEvaluated;

    /// <param name="memory">Pairs that are kept; at least 1.</param>
    /// <param name="tolerance">Largest size of a number in a gradient that counts as 0.</param>
    public LbfgsMinimizer(int length, int memory, double tolerance)
    {
        _point = new double[length];
        _gradient = new double[length];
        _direction = new double[length];
        _alphas = new double[memory];
        _curvatures = new double[memory];
        _moves = [.. Enumerable.Range(0, memory).Select(_ => new float[length])];
        _changes = [.. Enumerable.Range(0, memory).Select(_ => new float[length])];
        _tolerance = tolerance;
        _search = new LineSearch(length);
    }

    /// <summary>Where it stands; to be filled before the first step.</summary>
    public Span<double> Point => _point;

    /// <summary>At <see cref="Point"/>, after a step.</summary>
    public ReadOnlySpan<double> Gradient => _gradient;

    /// <summary>At <see cref="Point"/>, after a step.</summary>
    public double Value { get; private set; }

    /// <summary>Length of the last step, in directions; 0 where none was found.</summary>
    public double StepLength { get; private set; }

    /// <summary>Of the objective, since the beginning; the one that a minimization goes on with after a checkpoint is not counted again.</summary>
    public int Evaluations => _evaluations;

    /// <summary>Why it goes no further; <see cref="MinimizerEnd.Moved"/> while it does.</summary>
    public MinimizerEnd End => (MinimizerEnd)_stop;

    /// <summary>One iteration. The point is where the objective was evaluated last, unless it broke off: then it is where it was.</summary>
    public MinimizerEnd Step(IObjective objective)
    {
        if (End != MinimizerEnd.Moved)
            return End;
        if (!_isEvaluated)
        {
            int before = _evaluations;
            if (!TryEvaluatePoint(objective))
                return MinimizerEnd.Interrupted;
            if (!double.IsFinite(Value))
                return MinimizerEnd.NotFinite;
            _evaluations = Math.Max(1, before);                // one that goes on after a checkpoint has been counted before it
        }
        StepLength = 0;
        if (DoubleVectors.LargestSize(_gradient) <= _tolerance)
            return Finish(MinimizerEnd.Converged);
        LineSearchEnd found = Search(objective);
        if (found == LineSearchEnd.NotFound && _pairs > 0)
        {
            _pairs = 0;                                        // what they say of the curvature has led nowhere; the gradient may
            found = Search(objective);
        }
        if (found == LineSearchEnd.Interrupted)
            return MinimizerEnd.Interrupted;
        if (found == LineSearchEnd.NotFound)
            return TryEvaluatePoint(objective) ? Finish(MinimizerEnd.NoDescent) : MinimizerEnd.Interrupted;
        double value = Value;
        Take();
        if (DoubleVectors.LargestSize(_gradient) <= _tolerance)
            return Finish(MinimizerEnd.Converged);
        return value - Value <= SmallestFall * Math.Max(1, Math.Max(Math.Abs(value), Math.Abs(Value))) ? Finish(MinimizerEnd.Stalled) : MinimizerEnd.Moved;
    }

    MinimizerEnd Finish(MinimizerEnd end)
    {
        _stop = (int)end;
        return end;
    }

    /// <summary>All but the point, which whoever holds the numbers hands over. The gradient is not kept: it is evaluated again where the point is, and is the same.</summary>
    public void Exchange(StateExchange state)
    {
        state.Count("optimizer/pairs", ref _pairs);
        int oldest = _newest + 1;
        state.Count("optimizer/place of the next pair", ref oldest);
        state.Count("optimizer/evaluations", ref _evaluations);
        state.Count("optimizer/end", ref _stop);
        for (int i = 0; i < _moves.Length; i++)
        {
            state.Floats($"optimizer/move {i + 1}", _moves[i]);
            state.Floats($"optimizer/change of gradient {i + 1}", _changes[i]);
        }
        if (!state.Restores)
            return;
        if (_pairs > _moves.Length || oldest > _moves.Length || _stop > (int)MinimizerEnd.NoDescent)
            throw new InvalidDataException($"The checkpoint has {_pairs} pairs of L-BFGS, the next at {oldest}, where {_moves.Length} are kept: the file is damaged.");
        _newest = oldest - 1;
        _isEvaluated = false;
        for (int i = 0; i < _moves.Length; i++)
            _curvatures[i] = DoubleVectors.Dot(_moves[i], _changes[i]);
    }

    bool TryEvaluatePoint(IObjective objective)
    {
        _evaluations++;
        _isEvaluated = objective.TryEvaluate(_point, _gradient, out double value);
        Value = value;
        return _isEvaluated;
    }

    LineSearchEnd Search(IObjective objective)
    {
        SetDirection();
        double slope = DoubleVectors.Dot(_gradient, _direction);
        if (!(slope < 0))
            return LineSearchEnd.NotFound;
        double first = _pairs > 0 ? 1 : Math.Min(1, 1 / Math.Sqrt(DoubleVectors.Dot(_gradient, _gradient)));
        int before = _search.Evaluations;
        LineSearchEnd end = _search.Run(objective, _point, _direction, first, Value, slope);
        _evaluations += _search.Evaluations - before;
        return end;
    }

    /// <summary>−H ∇f, by algorithm 7.4.</summary>
    void SetDirection()
    {
        for (int i = 0; i < _direction.Length; i++)
            _direction[i] = -_gradient[i];
        for (int age = 0; age < _pairs; age++)
        {
            int pair = PairOf(age);
            _alphas[pair] = DoubleVectors.Dot(_moves[pair], _direction) / _curvatures[pair];
            DoubleVectors.AddScaled(_changes[pair], -_alphas[pair], _direction);
        }
        if (_pairs > 0)
        {
            double scale = _curvatures[_newest] / DoubleVectors.Dot(_changes[_newest], _changes[_newest]);
            for (int i = 0; i < _direction.Length; i++)
                _direction[i] *= scale;
        }
        for (int age = _pairs - 1; age >= 0; age--)
        {
            int pair = PairOf(age);
            double beta = DoubleVectors.Dot(_changes[pair], _direction) / _curvatures[pair];
            DoubleVectors.AddScaled(_moves[pair], _alphas[pair] - beta, _direction);
        }
    }

    /// <param name="age">0 for the newest.</param>
    int PairOf(int age) => (_newest - age + _moves.Length) % _moves.Length;

    /// <summary>Goes where the search has found to, and remembers the pair unless its curvature is not above 0.</summary>
    void Take()
    {
        int next = (_newest + 1) % _moves.Length;
        float[] move = _moves[next], change = _changes[next];
        for (int i = 0; i < move.Length; i++)
        {
            move[i] = (float)(_search.Point[i] - _point[i]);
            change[i] = (float)(_search.Gradient[i] - _gradient[i]);
        }
        _curvatures[next] = DoubleVectors.Dot(move, change);
        if (_curvatures[next] > SmallestCurvature * DoubleVectors.Dot(change, change))
        {
            _newest = next;
            _pairs = Math.Min(_pairs + 1, _moves.Length);
        }
        else
        {
            _pairs = Math.Min(_pairs, _moves.Length - 1);      // its place was the oldest one's
        }
        _search.Point.CopyTo(_point);
        _search.Gradient.CopyTo(_gradient);
        Value = _search.Value;
        StepLength = _search.Step;
    }
}

/// <summary>What an iteration did.</summary>
internal enum MinimizerEnd
{
    Moved,

    /// <summary>The gradient is as small as was asked for.</summary>
    Converged,

    /// <summary>The value has all but stopped falling.</summary>
    Stalled,

    /// <summary>No step against the gradient lowers the value.</summary>
    NoDescent,

    /// <summary>By the objective; the next iteration begins where this one did.</summary>
    Interrupted,

    /// <summary>The value where it stands is no number.</summary>
    NotFinite,
}
