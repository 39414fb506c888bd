using MLNet.WeightInit.Engine.Kernels;

namespace MLNet.WeightInit.Engine.Diagnostics.Rates;

/// <summary>What a comparison of rates chose.</summary>
/// <param name="Rate">NaN where none was compared.</param>
/// <param name="WarmUpSteps">Steps of a rise before it; 0 where that gains nothing.</param>
/// <param name="Loss">Of the rows held out, at its end.</param>
/// <param name="Asked">The same at the options' own rate; infinite where that diverges.</param>
/// <param name="Unwarmed">The same at <paramref name="Rate"/> without a rise.</param>
/// <param name="Rates">How many were compared.</param>
/// <param name="Folds">Parts of the rows that were held out.</param>
/// <param name="LeadsAway">Whether the options' rate is next to the edge or beyond, and was no alternative.</param>
internal readonly record struct ComparedRate(double Rate, int WarmUpSteps, double Loss, double Asked, double Unwarmed, int Rates, int Folds, bool LeadsAway)
{
    public static ComparedRate None { get; } = new(double.NaN, 0, double.NaN, double.NaN, double.NaN, 0, 0, false);
}

/// <summary>Trains a copy at each of a ladder of rates, with a part of the rows held out, and chooses by the loss of these.</summary>
/// <remarks>
/// Every rung is the options' rate doubled or halved, so that this is judged as the others are, by the same parts, starts and orders. A part of the rows is small, and the lowest of ten losses is lower than it should be: the curve is smoothed,
/// and of the rates between the options' and its lowest point the first is chosen that has most of the gain. Where the curve is flat, that is a step to the right side, and not the luck of one rung.
/// </remarks>
/// <param name="folds">Parts of the rows that are held out, one after the other.</param>
/// <param name="heldOut">Loss of a fold's rows after a trial on the others, at the rates that a function gives for the steps; infinite where it diverges. Several are asked for at once.</param>
/// <param name="shape">Share of the highest rate at each step of a trial, by the training's schedule.</param>
/// <param name="isConstant">Whether that is 1 throughout, so that a rise may be proposed.</param>
internal sealed class RateComparison(int folds, Func<int, Func<int, double>, double> heldOut, int steps, Func<int, double> shape, bool isConstant, WorkerPool pool)
{
    /// <summary>From the last below the largest stable rate down. The first is there to be a neighbour, and is not chosen.</summary>
    public const int Rungs = 10;

    /// <summary>Of the gain at the lowest point of the curve, what the chosen rate has at least.</summary>
    public const double GainShare = 0.7;

    /// <summary>Of the loss at the options' rate, what another shall gain to be proposed.</summary>
    const double LeastGain = 0.01;

    /// <summary>A rise takes this share of a trial.</summary>
    const int WarmUpShare = 8;

    /// <summary>A rise shall gain this much to be proposed, and on every part of the rows: it is one more thing to write.</summary>
    const double WarmUpGain = 0.03;

    /// <summary>Trials that it takes at most: the rungs, the options' rate where it isn't one, and the chosen one with a rise.</summary>
    public static int Trials(int folds) => (Rungs + 2) * folds;

    /// <param name="stable">The largest rate that trains.</param>
    /// <param name="asked">The highest of the schedule that was asked for; above 0.</param>
    public ComparedRate Choose(double stable, double asked)
    {
        double[] rates = Ladder(stable, asked);
        int own = Array.IndexOf(rates, asked);
        double[][] losses = Losses(own >= 0 ? rates : [.. rates, asked], warmUp: 0);
        double[] sums = [.. losses.Take(Rungs).Select(Sum)], smoothed = Smoothed(sums);
        int best = Lowest(smoothed);
        double askedSum = Sum(losses[own >= 0 ? own : Rungs]);
        if (best < 0)
            return ComparedRate.None;
        // A rate that is next to the edge, or beyond, has no such loss: one is led away from it, whatever that gains.
        double before = own >= 0 ? smoothed[own] : asked < stable ? askedSum : double.PositiveInfinity;
        bool leadsAway = !double.IsFinite(before);
        int chosen = leadsAway ? best : FirstWithGain(smoothed, own >= 0 ? own : Rungs, before, best);
        bool stays = !leadsAway && !(askedSum - sums[chosen] > LeastGain * Math.Abs(askedSum));
        (double rate, double[] parts) = stays ? (asked, losses[own >= 0 ? own : Rungs]) : (rates[chosen], losses[chosen]);
        double unwarmed = Sum(parts), sum = unwarmed;
        int warmUp = 0;
        if (isConstant && steps >= 2 * WarmUpShare && Losses([rate], steps / WarmUpShare)[0] is var warmed && Sum(warmed) < sum - WarmUpGain * Math.Abs(sum) && warmed.Zip(parts).All(part => part.First < part.Second))
            (warmUp, sum) = (steps / WarmUpShare, Sum(warmed));
        return new ComparedRate(rate, warmUp, sum / folds, askedSum / folds, unwarmed / folds, Rungs, folds, leadsAway);
    }

    /// <summary>The options' rate, doubled or halved until it is the last that isn't above the largest stable one, and the halves of that.</summary>
    static double[] Ladder(double stable, double asked)
    {
        double top = asked;
        while (2 * top <= stable)
            top *= 2;
        while (top > stable)
            top /= 2;
        return [.. Enumerable.Range(0, Rungs).Select(rung => top / (1 << rung))];
    }

    /// <summary>Each rung's loss, half of it its own and half its neighbours'. The first has none: what is next to an edge in these trials is beyond it in others.</summary>
    static double[] Smoothed(double[] sums)
        => [.. sums.Select((sum, rung) => rung == 0 ? double.PositiveInfinity : (sums[rung - 1] + 2 * sum + sums[Math.Min(rung + 1, sums.Length - 1)]) / 4)];

    /// <summary>−1 where none is finite.</summary>
    static int Lowest(double[] smoothed)
    {
        int best = -1;
        for (int rung = 0; rung < smoothed.Length; rung++)
            if (double.IsFinite(smoothed[rung]) && (best < 0 || smoothed[rung] < smoothed[best]))
                best = rung;
        return best;
    }

    /// <summary>From the options' rung, or from below all, towards the best one.</summary>
    static int FirstWithGain(double[] smoothed, int own, double before, int best)
    {
        int direction = Math.Sign(best - own);
        for (int rung = own + direction; rung != best && direction != 0; rung += direction)
            if (before - smoothed[rung] >= GainShare * (before - smoothed[best]) && before > smoothed[rung])
                return rung;
        return best;
    }

    /// <summary>By rate and fold; all trials at once.</summary>
    double[][] Losses(double[] rates, int warmUp)
    {
        double[][] losses = [.. rates.Select(_ => new double[folds])];
        pool.Run(rates.Length * folds, trial => losses[trial / folds][trial % folds] = Loss(trial % folds, rates[trial / folds], warmUp));
        return losses;
    }

    static double Sum(double[] parts)
    {
        double sum = 0;
        foreach (double part in parts)
            sum += part;
        return sum;
    }

    double Loss(int fold, double rate, int warmUp)
        => heldOut(fold, step => step < warmUp ? rate * (step + 1) / (warmUp + 1) : rate * shape(step));
}
