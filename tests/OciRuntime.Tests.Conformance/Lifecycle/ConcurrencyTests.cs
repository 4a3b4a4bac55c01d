// SPDX-License-Identifier: Apache-2.0
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Conformance.Harness;

namespace OciRuntime.Tests.Conformance.Lifecycle;

public sealed class ConcurrencyTests : ContainerTest
{
    private const int Many = 20;

    [HostFact]
    public void Create_FiftyAtOnce_AllWorkAndLeaveNothing()
    {
        Bundle[] bundles = [.. Enumerable.Range(0, 50).Select(_ => NewBundle("true"))];
        string[] ids = [.. bundles.Select(_ => NewId())];

        ChildProcess[] creators = [.. bundles.Zip(ids, (bundle, id) => Own(Ocirun.Start("create", "--bundle", bundle.Folder, id)))];
        Container[] containers = [.. ids.Zip(creators, (id, creator) => Own(new Container(Ocirun, id, creator)))];
        containers.Select(c => c.Pid).Should().OnlyHaveUniqueItems();

        AllSucceed(ids.Select(id => Ocirun.Start("start", id)));
        foreach (Container container in containers)
        {
            container.WaitForExit().Should().Be(0);
        }

        AllSucceed(ids.Select(id => Ocirun.Start("delete", id)));
        NothingIsLeft();
    }

    [HostFact]
    public void Start_ManyAtOnce_ExactlyOneSucceeds()
    {
        using Container container = Create(NewShell("echo ran; cat"));

        Outcome[] outcomes = AllAtOnce("start", container.Id);

        outcomes.Count(o => o.Status == 0).Should().Be(1, "{0}", string.Join('\n', outcomes.Select(o => o.ToString())));
        outcomes.Where(o => o.Status != 0).Should().OnlyContain(o => o.Status == 1 && o.Error.Length > 0);
        container.WaitForExit().Should().Be(0);
        container.Output.ReadToEnd().Should().Be("ran\n");
    }

    [HostFact]
    public void Create_ManyOfOneId_ExactlyOneSucceeds()
    {
        Bundle bundle = NewBundle("echo", "ran");
        string id = NewId();

        ChildProcess[] creators = [.. Enumerable.Range(0, Many).Select(_ => Own(Ocirun.Start("create", "--bundle", bundle.Folder, id)))];
        Outcome[] outcomes = [.. creators.Select(c => c.Wait())];

        outcomes.Count(o => o.Status == 0).Should().Be(1);
        outcomes.Where(o => o.Status != 0).Should().OnlyContain(o => o.Status == 1 && o.Error.Contains("already exists"));
        using Container container = new(Ocirun, id, creators.Single(c => c.Wait().Status == 0));
        container.Start().WaitForExit().Should().Be(0);
        container.Output.ReadToEnd().Should().Be("ran\n");
        _ = Ocirun.Succeed("delete", id);
        NothingIsLeft();
    }

    [HostFact]
    public void DeleteForce_ManyAtOnce_AllSucceedAndLeaveNothing()
    {
        using Container container = Create(NewBundle("/guest", "sleep")).Start();

        Outcome[] outcomes = AllAtOnce("delete", "--force", container.Id);

        outcomes.Should().OnlyContain(o => o.Status == 0, "{0}", string.Join('\n', outcomes.Select(o => o.ToString())));
        NothingIsLeft();
    }

    [HostFact]
    public void StartAndDeleteForce_AtOnce_LeaveNothing()
    {
        for (int i = 0; i < 10; i++)
        {
            using Container container = Create(NewBundle("/guest", "sleep"));

            using ChildProcess start = Ocirun.Start("start", container.Id);
            using ChildProcess delete = Ocirun.Start("delete", "--force", container.Id);
            start.Wait().Status.Should().BeInRange(0, 1);
            delete.Wait().Status.Should().Be(0, "{0}", delete.Wait());

            NothingIsLeft();
        }
    }

    [HostFact]
    public void CreateAndDeleteForce_AtOnce_LeaveAContainerOrNothing()
    {
        Bundle bundle = NewBundle("true");
        for (int i = 0; i < 10; i++)
        {
            string id = NewId();

            using ChildProcess create = Ocirun.Start("create", "--bundle", bundle.Folder, id);
            using ChildProcess delete = Ocirun.Start("delete", "--force", id);
            bool created = create.Wait().Status == 0;
            delete.Wait().Status.Should().Be(0, "{0}", delete.Wait());
            if (created && Ocirun.Run("state", id).Status == 0)
            {
                _ = Ocirun.Succeed("delete", "--force", id);
            }

            NothingIsLeft();
        }
    }

    [HostFact]
    public void State_WhileDeleting_AnswersOrSaysDoesNotExist()
    {
        using Container container = Create(NewBundle("/guest", "sleep")).Start();

        List<ChildProcess> readers = [];
        using ChildProcess delete = Ocirun.Start("delete", "--force", container.Id);
        for (int i = 0; i < Many; i++)
        {
            readers.Add(Own(Ocirun.Start("state", container.Id)));
        }

        delete.Wait().Status.Should().Be(0);
        foreach (Outcome outcome in readers.Select(r => r.Wait()).Where(o => o.Status != 0))
        {
            outcome.Error.Should().Contain("does not exist");
        }
    }

    private Outcome[] AllAtOnce(params string[] args)
    {
        ChildProcess[] processes = [.. Enumerable.Range(0, Many).Select(_ => Own(Ocirun.Start(args)))];
        return [.. processes.Select(p => p.Wait())];
    }

    private void AllSucceed(IEnumerable<ChildProcess> processes)
    {
        foreach (ChildProcess process in processes.Select(Own).ToArray())
        {
            process.Wait().Status.Should().Be(0, "{0}", process.Wait());
        }
    }
}
